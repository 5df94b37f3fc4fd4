/**
 * Sends Web Push to a user's browsers, each until the session that subscribed it ends. An endpoint identifies one
 * browser and belongs to the user who signed in there last. The server only calls known push services.
 */

import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PushText, TaskMessage } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { sessionIsActive } from '@/domains/base/users/session-active';
import { isActiveUser } from '@/domains/base/visibility/people';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { DAY_MS, HOUR_MS, SECOND_MS } from '@/shared/time';
import { stillSo } from './claim';
import { notificationError } from './errors';
import { isPushEndpoint } from './push-hosts';
import type { NewPushSubscription } from './schemas';
import { pushSubscriptions } from './tables';

/** Per user: one more replaces the oldest. */
export const SUBSCRIPTIONS_MAX = 10;
const POINT_BYTES = 65;
const AUTH_BYTES = 16;

/** Repeating it renews the subscription. Throws PUSH_UNAVAILABLE, PUSH_HOST_UNKNOWN, PUSH_KEYS_INVALID. */
export async function subscribeToPush(
  ctx: Context,
  { userId, sessionId }: Pick<Actor, 'userId' | 'sessionId'>,
  { endpoint, keys }: z.output<typeof NewPushSubscription>,
): Promise<void> {
  if (!ctx.push) throw notificationError('PUSH_UNAVAILABLE');
  if (!isPushEndpoint(endpoint)) throw notificationError('PUSH_HOST_UNKNOWN');
  const { p256dh, auth } = keys;
  if (!(await areKeys(p256dh, auth))) throw notificationError('PUSH_KEYS_INVALID');
  const mine = { userId, sessionId, p256dh, auth, createdAt: ctx.now() };
  await commit(ctx, [
    ctx.db
      .insert(pushSubscriptions)
      .values({ id: newId(), endpoint: new URL(endpoint).href, ...mine })
      .onConflictDoUpdate({ target: pushSubscriptions.endpoint, set: mine }),
    ctx.db.run(sql`
      DELETE FROM ${pushSubscriptions} WHERE user_id = ${userId} AND id NOT IN (
        SELECT id FROM push_subscriptions WHERE user_id = ${userId}
        ORDER BY created_at DESC, id DESC LIMIT ${SUBSCRIPTIONS_MAX})`),
  ]);
}

/** Checks for a point on the curve and a secret, since every push would fail with anything else. */
async function areKeys(p256dh: string, auth: string): Promise<boolean> {
  const point = Buffer.from(p256dh, 'base64url');
  if (point.length !== POINT_BYTES || Buffer.from(auth, 'base64url').length !== AUTH_BYTES) return false;
  return crypto.subtle.importKey('raw', point, { name: 'ECDH', namedCurve: 'P-256' }, false, []).then(
    () => true,
    () => false,
  );
}

/** Idempotent. Does not touch another user's endpoint. */
export async function unsubscribeFromPush(ctx: Context, userId: string, endpoint: string): Promise<void> {
  const { href } = new URL(endpoint);
  const mine = and(eq(pushSubscriptions.endpoint, href), eq(pushSubscriptions.userId, userId));
  await commit(ctx, [ctx.db.delete(pushSubscriptions).where(mine)]);
}

type PushTask = Extract<TaskMessage, { type: 'send-push' }>;

/**
 * Sends nothing to a browser that was signed out or changed hands, or if it is no longer true. Throws if the push
 * service is unavailable.
 */
export async function sendPush(ctx: Context, { subscriptionId, userId, push, claim }: PushTask): Promise<void> {
  const its = and(eq(pushSubscriptions.id, subscriptionId), eq(pushSubscriptions.userId, userId));
  const isSignedIn = sessionIsActive(sql`push_subscriptions.session_id`, ctx.now());
  const subscription = await ctx.db
    .select()
    .from(pushSubscriptions)
    .where(and(its, isActiveUser(userId), isSignedIn, claim && stillSo(userId, claim)))
    .get();
  if (!ctx.push || !subscription || !isPushEndpoint(subscription.endpoint)) return;
  const outcome = await ctx.push.send(subscription, JSON.stringify(push), {
    topic: push.id.replaceAll('-', ''), // a repeat replaces one that is still waiting
    ttlSeconds: ttlMs(push) / SECOND_MS,
  });
  const changed = and(its, eq(pushSubscriptions.p256dh, subscription.p256dh)); // skips one that was renewed meanwhile
  if (outcome === 'gone') await ctx.db.delete(pushSubscriptions).where(changed);
  if (outcome === 'sent') await ctx.db.update(pushSubscriptions).set({ lastOkAt: ctx.now() }).where(changed);
  if (outcome === 'refused') ctx.log.warning('push', 'PUSH_REFUSED');
}

/** How long a push service keeps it for an offline browser. That a creator is live is soon out of date. */
function ttlMs({ kind }: PushText): number {
  return kind === 'live' ? HOUR_MS : DAY_MS;
}

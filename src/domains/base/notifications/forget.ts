/** For the end of an account: deletes its notifications, push subscriptions and last rooms, and mentions of it. */

import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { literal } from '@/db/sql';
import {
  announcements,
  broadcastReads,
  broadcasts,
  notificationMarks,
  notifications,
  notifiedOutside,
  pushSubscriptions,
  staffDigests,
} from './tables';
import { namedUser, withdrawActs } from './withdraw';

/** Bounds the work, since deleting a row also deletes up to a thousand actors. */
const NOTIFICATIONS_A_STEP = 100;

/** Deletes a page of the notifications that the user received. Repeat until it changes nothing. */
export function forgetReceived(ctx: Context, userId: string): Statement[] {
  const limit = sql`LIMIT ${literal(NOTIFICATIONS_A_STEP)}`;
  return [
    ctx.db.run(sql`DELETE FROM notifications WHERE id IN (
      SELECT id FROM notifications WHERE user_id = ${userId} ${limit})`),
  ];
}

/** Runs after `forgetReceived`: deletes notifications that came since, and the rest. */
export function forgetNotifications(ctx: Context, userId: string): Statement[] {
  return [
    ctx.db.delete(notifications).where(eq(notifications.userId, userId)),
    ctx.db.delete(notificationMarks).where(eq(notificationMarks.userId, userId)),
    ctx.db.delete(broadcastReads).where(eq(broadcastReads.userId, userId)),
    ctx.db.delete(broadcasts).where(eq(broadcasts.creatorId, userId)),
    ctx.db.delete(announcements).where(eq(announcements.creatorId, userId)),
    ctx.db.delete(staffDigests).where(eq(staffDigests.userId, userId)),
    ctx.db.delete(notifiedOutside).where(eq(notifiedOutside.userId, userId)),
  ];
}

/** Runs first, so that no browser gets a push while the account is erased. */
export function forgetBrowsers(ctx: Context, userId: string): Statement {
  return ctx.db.delete(pushSubscriptions).where(eq(pushSubscriptions.userId, userId));
}

/** Deletes a page of others' notifications that name the user. Repeat until it changes nothing. */
export function forgetMentions(ctx: Context, userId: string, limit: SQL): Statement[] {
  return [
    ctx.db.run(sql`DELETE FROM notifications WHERE id IN (
      SELECT id FROM notifications WHERE ${namedUser} = ${userId} ${limit})`),
    ...withdrawActs(ctx, userId, sql`true`, limit),
    ctx.db.run(sql`DELETE FROM notification_actors WHERE (notification_id, actor_id) IN (
      SELECT notification_id, actor_id FROM notification_actors WHERE actor_id = ${userId} AND state = 'withdrawn' ${limit})`),
  ];
}

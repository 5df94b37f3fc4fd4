/** The webhook desk: staff list the providers' events and replay one of them. */

import type { z } from '@hono/zod-openapi';
import { and, desc, eq, gte, isNotNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { readRange } from '@/http/day-range';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { firstIdAt } from '@/shared/ids';
import { toIso, toIsoOrNull } from '@/shared/time';
import { webhookError } from './errors';
import { replayStatement } from './events';
import { CursorPosition, type WebhookEvent, type WebhookEventsQuery } from './schemas';
import { queueEvent } from './store';
import { type WebhookEventRow, type WebhookProvider, type WebhookState, webhookEvents } from './tables';

const LIST = 'webhook-events';

/** Lists events newest first. Throws VALIDATION_FAILED, CURSOR_INVALID. */
export async function listWebhookEvents(ctx: Context, query: z.output<typeof WebhookEventsQuery>) {
  const { provider, state, cursor, perPage } = query;
  const { startMs, endMs } = readRange(ctx.now(), query, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const after = cursor === undefined ? undefined : decodeCursor(LIST, CursorPosition, cursor)[0];
  const end = firstIdAt(endMs);
  const rows = await ctx.db
    .select()
    .from(webhookEvents)
    .where(
      and(
        ofProviderAndState(provider, state),
        // Ids are ordered by time. Only one upper bound: given two, SQLite may seek to the farther one.
        lt(webhookEvents.id, after !== undefined && after < end ? after : end),
        gte(webhookEvents.id, firstIdAt(startMs)),
      ),
    )
    .orderBy(desc(webhookEvents.id))
    .limit(perPage + 1);
  return presentCursorPage(rows, perPage, presentEvent, (row) => encodeCursor(LIST, [row.id]));
}

/**
 * Picks the index that narrows more. Nearly all events are processed, so the provider narrows those and the state all
 * others. In SQLite, a unary `+` keeps a column from being used with an index.
 */
function ofProviderAndState(provider?: WebhookProvider, state?: WebhookState): SQL | undefined {
  if (provider === undefined || state === undefined)
    return and(provider && eq(webhookEvents.provider, provider), state && eq(webhookEvents.state, state));
  return state === 'processed'
    ? and(eq(webhookEvents.provider, provider), sql`+${webhookEvents.state} = ${state}`)
    : and(eq(webhookEvents.state, state), sql`+${webhookEvents.provider} = ${provider}`);
}

/**
 * Queues an event to be applied again, in any state: applying is idempotent, so a processed event has no effect twice.
 * Throws WEBHOOK_EVENT_NOT_FOUND, WEBHOOK_PAYLOAD_GONE.
 */
export async function replayWebhookEvent(
  ctx: Context,
  actor: Actor,
  id: string,
): Promise<z.input<typeof WebhookEvent>> {
  const before = await ctx.db.select().from(webhookEvents).where(eq(webhookEvents.id, id)).get();
  if (!before) throw webhookError('WEBHOOK_EVENT_NOT_FOUND');
  const { state, attempts, error } = before;
  const [[after] = []] = (await commit(
    ctx,
    [
      replayStatement(ctx, and(eq(webhookEvents.id, id), isNotNull(webhookEvents.payload))),
      requireChange(ctx),
      logStaff(ctx, {
        staffId: actor.userId,
        action: 'webhook.replay',
        targetType: 'webhook-event',
        targetId: id,
        before: { state, attempts, error },
        after: { state: 'stored' },
      }),
    ],
    { refusals: { DEMAND_NOT_MET: () => webhookError('WEBHOOK_PAYLOAD_GONE') } },
  )) as [WebhookEventRow[]]; // the rows of the first statement
  await queueEvent(ctx, id);
  ctx.log.event('webhook.replayed', { webhookEventId: id });
  return presentEvent(after ?? before);
}

function presentEvent({ receivedAt, queuedAt, processedAt, ...row }: WebhookEventRow): z.input<typeof WebhookEvent> {
  return {
    ...row,
    receivedAt: toIso(receivedAt),
    queuedAt: toIsoOrNull(queuedAt),
    processedAt: toIsoOrNull(processedAt),
  };
}

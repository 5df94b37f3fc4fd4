/** The webhook desk: staff see what providers told us, and have one event applied again. */

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
import type { WebhookEventRow } from './tables';
import { type WebhookProvider, type WebhookState, webhookEvents } from './tables';

const LIST = 'webhook-events';

/** The newest first. Throws VALIDATION_FAILED, CURSOR_INVALID. */
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
        // Ids are in the order of their time. One bound, lest the index is entered at the farther of two.
        lt(webhookEvents.id, after !== undefined && after < end ? after : end),
        gte(webhookEvents.id, firstIdAt(startMs)),
      ),
    )
    .orderBy(desc(webhookEvents.id))
    .limit(perPage + 1);
  return presentCursorPage(rows, perPage, presentEvent, (row) => encodeCursor(LIST, [row.id]));
}

/** Nearly all events are processed, so that of both the provider narrows there and the state elsewhere: `+` hides one. */
function ofProviderAndState(provider?: WebhookProvider, state?: WebhookState): SQL | undefined {
  if (provider === undefined || state === undefined)
    return and(provider && eq(webhookEvents.provider, provider), state && eq(webhookEvents.state, state));
  return state === 'processed'
    ? and(eq(webhookEvents.provider, provider), sql`+${webhookEvents.state} = ${state}`)
    : and(eq(webhookEvents.state, state), sql`+${webhookEvents.provider} = ${provider}`);
}

/**
 * Has an event applied again, whatever became of it: applying is idempotent, so that of a processed one nothing
 * follows twice. Throws WEBHOOK_EVENT_NOT_FOUND, WEBHOOK_PAYLOAD_GONE.
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
  )) as [WebhookEventRow[]]; // the first statement's rows
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

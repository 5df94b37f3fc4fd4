/** The webhook desk: staff list the providers' events and replay one of them. `decide.ts` decides on one. */

import type { z } from '@hono/zod-openapi';
import { and, desc, eq, getTableColumns, gte, isNotNull, isNull, lt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange } from '@/db/commit';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { cardAmong, cardOf } from '@/domains/base/users/card-of';
import type { CardRow } from '@/domains/base/users/present';
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
/** Without the originals, which can be large. */
const { sealed: _, ...columns } = getTableColumns(webhookEvents);
const decider = cardOf(sql`webhook_events.decided_by`).as('decider');
const listed = { ...columns, decider };
type ListedEvent = Omit<WebhookEventRow, 'sealed'> & { readonly decider: CardRow | null };

/** Lists events newest first. Throws VALIDATION_FAILED, CURSOR_INVALID. */
export async function listWebhookEvents(ctx: Context, query: z.output<typeof WebhookEventsQuery>) {
  const { provider, state, cursor, perPage } = query;
  const { startMs, endMs } = readRange(ctx.now(), query, Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY);
  const after = cursor === undefined ? undefined : decodeCursor(LIST, CursorPosition, cursor)[0];
  const end = firstIdAt(endMs);
  const rows = await ctx.db
    .select(listed)
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
 * Queues an event to be applied again, in any state unless staff decided on it: applying is idempotent, so a processed
 * event has no effect twice. Throws WEBHOOK_EVENT_NOT_FOUND, WEBHOOK_EVENT_DECIDED, WEBHOOK_PAYLOAD_GONE.
 */
export async function replayWebhookEvent(
  ctx: Context,
  actor: Actor,
  id: string,
): Promise<z.input<typeof WebhookEvent>> {
  const before = await getWebhookEvent(ctx, id);
  const { state, attempts, error, decision, payload } = before;
  if (decision !== null) throw webhookError('WEBHOOK_EVENT_DECIDED');
  if (payload === null) throw webhookError('WEBHOOK_PAYLOAD_GONE');
  const isReplayable = and(eq(webhookEvents.id, id), isNotNull(webhookEvents.payload), isNull(webhookEvents.decision));
  const [[after] = []] = (await commit(
    ctx,
    [
      replayStatement(ctx, isReplayable),
      requireChange(ctx),
      logStaff(ctx, {
        staffId: actor.userId,
        action: 'webhook.replay',
        targetType: 'webhook-event',
        targetId: id,
        before: { state, attempts, error },
        after: { state: 'stored' },
      }),
      ...withdrawWaiting(ctx, id),
    ],
    { refusals: { DEMAND_NOT_MET: () => webhookError('WEBHOOK_EVENT_DECIDED') } },
  )) as [WebhookEventRow[]]; // the rows of the first statement
  await queueEvent(ctx, id);
  ctx.log.event('webhook.replayed', { webhookEventId: id });
  return presentEvent({ ...(after ?? before), decider: null }); // nobody decided on it
}

/** Throws WEBHOOK_EVENT_NOT_FOUND. */
export async function getWebhookEvent(
  ctx: Context,
  id: string,
): Promise<WebhookEventRow & { readonly decider: CardRow | null }> {
  const row = await ctx.db
    .select({ ...getTableColumns(webhookEvents), decider })
    .from(webhookEvents)
    .where(eq(webhookEvents.id, id))
    .get();
  if (!row) throw webhookError('WEBHOOK_EVENT_NOT_FOUND');
  return row;
}

export function presentEvent(row: ListedEvent): z.input<typeof WebhookEvent> {
  const { id, provider, eventId, type, state, payload, received, attempts, error } = row;
  const { receivedAt, queuedAt, processedAt, decision, decisionReason, decidedBy, decidedAt } = row;
  return {
    ...{ id, provider, eventId, type, state, payload, received, attempts, error },
    receivedAt: toIso(receivedAt),
    queuedAt: toIsoOrNull(queuedAt),
    processedAt: toIsoOrNull(processedAt),
    // The table has all four or none.
    decision:
      decision === null
        ? null
        : { decision, reason: decisionReason ?? '', by: cardAmong(decidedBy, row.decider), at: toIso(decidedAt ?? 0) },
  };
}

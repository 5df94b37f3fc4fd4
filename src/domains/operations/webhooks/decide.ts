/**
 * Staff decide on an event that could not be applied. It is decided once, with a reason; the decision, its log and what
 * it moves are one commit. A decided event cannot be replayed.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, inArray, isNull } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, requireChange } from '@/db/commit';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { decidePaymentEvent } from '@/domains/money/payments/decide';
import { isOfOnePayment } from '@/domains/money/payments/facts';
import { HeldForStaff } from '@/domains/money/payments/held';
import type { Payment } from '@/domains/money/payments/tables';
import type { Actor } from '@/shared/actor';
import { getWebhookEvent, presentEvent } from './desk';
import { webhookError } from './errors';
import { PAYMENT_KINDS } from './payment-kinds';
import { readStored } from './read-stored';
import type { WebhookDecisionRequest, WebhookEvent } from './schemas';
import { type WebhookDecision, type WebhookEventRow, webhookEvents } from './tables';

/**
 * Repeating the same decision changes nothing. Throws WEBHOOK_EVENT_NOT_FOUND, WEBHOOK_EVENT_DECIDED,
 * WEBHOOK_EVENT_NOT_WAITING, WEBHOOK_PAYLOAD_GONE, REFUND_AT_PROVIDER, and what `decidePaymentEvent` throws.
 */
export async function decideWebhookEvent(
  ctx: Context,
  actor: Actor,
  id: string,
  { decision, reason }: z.output<typeof WebhookDecisionRequest>,
): Promise<z.input<typeof WebhookEvent>> {
  if (decision === 'refund') throw webhookError('REFUND_AT_PROVIDER');
  const row = await getWebhookEvent(ctx, id);
  if (row.decision === decision && row.decisionReason === reason && row.decidedBy === actor.userId)
    return presentEvent(row);
  if (row.decision !== null) throw webhookError('WEBHOOK_EVENT_DECIDED');
  if (row.state !== 'held' && row.state !== 'failed') throw webhookError('WEBHOOK_EVENT_NOT_WAITING');
  const decided = { decision, decisionReason: reason, decidedBy: actor.userId, decidedAt: ctx.now() };
  if (decision === 'close') await close(ctx, row, decided);
  else await apply(ctx, row, decided, decision);
  ctx.log.event('webhook.decided', { webhookEventId: id, decision });
  return presentEvent(await getWebhookEvent(ctx, id));
}

type Decided = Pick<WebhookEventRow, 'decisionReason' | 'decidedAt'> & {
  readonly decision: WebhookDecision;
  readonly decidedBy: string;
};

async function close(ctx: Context, row: WebhookEventRow, decided: Decided): Promise<void> {
  const refusals = { DEMAND_NOT_MET: () => webhookError('WEBHOOK_EVENT_DECIDED') };
  await commit(ctx, recordOf(ctx, row, decided), { refusals });
}

async function apply(
  ctx: Context,
  row: WebhookEventRow,
  decided: Decided,
  decision: 'accept' | 'credit',
): Promise<void> {
  const { provider, event } = await getPaymentEvent(ctx, row);
  await decidePaymentEvent(ctx, PAYMENT_KINDS, provider, event, {
    decision,
    staffId: decided.decidedBy,
    record: (payment) => recordOf(ctx, row, decided, payment),
  });
}

/** Throws WEBHOOK_PAYLOAD_GONE, WEBHOOK_EVENT_UNREADABLE, WEBHOOK_EVENT_NOT_OF_PAYMENT. */
async function getPaymentEvent(ctx: Context, row: WebhookEventRow) {
  if (row.payload === null) throw webhookError('WEBHOOK_PAYLOAD_GONE');
  const stored = await readStored(ctx, row).catch((error) => {
    throw error instanceof HeldForStaff ? webhookError('WEBHOOK_EVENT_UNREADABLE') : error;
  });
  const { provider, event } = stored;
  if (provider === 'livekit' || event === null || !isOfOnePayment(event))
    throw webhookError('WEBHOOK_EVENT_NOT_OF_PAYMENT');
  return { provider, event };
}

/** @param payment as it was before the decision */
function recordOf(ctx: Context, row: WebhookEventRow, decided: Decided, payment?: Payment): Statement[] {
  const { id, state, error } = row;
  const { decision, decisionReason, decidedBy, decidedAt } = decided;
  const after = decision === 'close' ? 'closed' : 'processed';
  const isWaiting = and(
    eq(webhookEvents.id, id),
    inArray(webhookEvents.state, ['held', 'failed']),
    isNull(webhookEvents.decision),
  );
  return [
    ctx.db
      .update(webhookEvents)
      .set({ ...decided, state: after, processedAt: decidedAt })
      .where(isWaiting),
    requireChange(ctx),
    logStaff(ctx, {
      staffId: decidedBy,
      action: 'webhook.decide',
      targetType: 'webhook-event',
      targetId: id,
      before: { state, error, ...(payment ? { payment: summaryOf(payment) } : {}) },
      after: { state: after, decision },
      ...(decisionReason === null ? {} : { reason: decisionReason }),
    }),
    ...withdrawWaiting(ctx, id),
  ];
}

function summaryOf({ id, status, amountMinor, currency, paymentId, reversedMinor }: Payment) {
  return { id, status, amountMinor, currency, paymentId, reversedMinor };
}

/**
 * Applies stored webhook events, each in one idempotent step. An event that fails is retried later and blocks no other.
 */
import type { Context } from '@/contracts/context';
import type { WebhookMessage } from '@/contracts/messages';
import { applyMediaEvent } from '@/domains/live/streams/media-events';
import { applyPaymentEvent } from '@/domains/money/payments/apply';
import { HeldForStaff } from '@/domains/money/payments/held';
import { setPayable } from '@/domains/money/payouts/accounts';
import { applyReturn } from '@/domains/money/payouts/come-back';
import { claimWebhookEvent, markProcessed, markTried } from '@/domains/operations/webhooks/events';
import { holdEvent } from '@/domains/operations/webhooks/leave-to-staff';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import { readStored } from '@/domains/operations/webhooks/read-stored';
import { AppError } from '@/http/errors';
import { retryDelaySeconds } from './retry';

export async function consumeWebhooks(ctx: Context, batch: MessageBatch<WebhookMessage>): Promise<void> {
  for (const message of batch.messages) {
    const { webhookEventId } = message.body;
    try {
      await process(ctx, webhookEventId);
      message.ack();
    } catch (error) {
      const delaySeconds = retryDelaySeconds(message.attempts);
      message.retry({ delaySeconds });
      // An unavailable provider, or an event that arrived before its predecessor, is not a fault of ours.
      if (error instanceof AppError) ctx.log.warning(`webhook ${webhookEventId}`, error.code);
      else ctx.log.fault(`webhook ${webhookEventId}`, error);
      // If this fails too, the event is still retried; only the reason is lost.
      await markTried(ctx, webhookEventId, error, delaySeconds).catch((cause) => ctx.log.fault('webhook.tried', cause));
    }
  }
}

async function process(ctx: Context, id: string): Promise<void> {
  const claimed = await claimWebhookEvent(ctx, id);
  if (!claimed) return;
  try {
    await apply(ctx, await readStored(ctx, claimed));
  } catch (error) {
    if (!(error instanceof HeldForStaff)) throw error;
    return holdEvent(ctx, id, error);
  }
  await markProcessed(ctx, id);
}

async function apply(ctx: Context, stored: Awaited<ReturnType<typeof readStored>>): Promise<void> {
  if (stored.provider === 'livekit') return applyMediaEvent(ctx, stored.event);
  const { provider, event } = stored;
  if (event === null) return;
  switch (event.type) {
    case 'payout-account':
      return setPayable(ctx, event.accountId, event.payoutsEnabled);
    case 'payout-returned':
      return applyReturn(ctx, event);
    default:
      return applyPaymentEvent(ctx, PAYMENT_KINDS, provider, event);
  }
}

/**
 * Applies stored webhook events, each in one idempotent step. An event that fails is retried later and blocks no other.
 */
import type { Context } from '@/contracts/context';
import type { MediaEvent } from '@/contracts/media';
import type { WebhookMessage } from '@/contracts/messages';
import type { PaymentEvent, PaymentProviderName } from '@/contracts/payments';
import { applyMediaEvent } from '@/domains/live/streams/media-events';
import { applyPaymentEvent } from '@/domains/money/payments/apply';
import { HeldForStaff } from '@/domains/money/payments/held';
import { completeEvent } from '@/domains/money/payments/older-events';
import { setPayable } from '@/domains/money/payouts/accounts';
import { claimWebhookEvent, markHeld, markProcessed, markTried } from '@/domains/operations/webhooks/events';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import type { WebhookProvider } from '@/domains/operations/webhooks/tables';
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
    await apply(ctx, claimed);
  } catch (error) {
    if (!(error instanceof HeldForStaff)) throw error;
    ctx.log.event('webhook.held', { webhookEventId: id, because: error.message });
    return markHeld(ctx, id, error);
  }
  await markProcessed(ctx, id);
}

interface Claimed {
  readonly provider: WebhookProvider;
  readonly payload: unknown;
  readonly receivedAt: number;
}

/** The payloads are those that `receive.ts` and `receive-payment.ts` stored. */
function apply(ctx: Context, { provider, payload, receivedAt }: Claimed): Promise<void> {
  switch (provider) {
    case 'livekit':
      return applyMediaEvent(ctx, payload as MediaEvent);
    case 'stripe':
    case 'dodo':
    case 'sandbox':
      return applyPayment(ctx, provider, completeEvent(payload as PaymentEvent, receivedAt));
    default:
      throw unknownProvider(provider); // stored by a newer version before a rollback: it is retried
  }
}

function applyPayment(ctx: Context, provider: PaymentProviderName, event: PaymentEvent): Promise<void> {
  return event.type === 'payout-account'
    ? setPayable(ctx, event.accountId, event.payoutsEnabled)
    : applyPaymentEvent(ctx, PAYMENT_KINDS, provider, event);
}

function unknownProvider(provider: never): Error {
  return new Error(`Unknown provider ${provider}`);
}

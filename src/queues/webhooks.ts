/** Applies stored webhook events, each in one idempotent step; what fails comes back later and stops no other. */
import type { Context } from '@/context';
import { applyMediaEvent } from '@/domains/streams/media-events';
import { claimWebhookEvent, markProcessed, markTried } from '@/domains/webhooks/events';
import type { MediaEvent } from '@/providers/media';
import type { WebhookMessage } from './messages';
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
      ctx.log.fault(`webhook ${webhookEventId}`, error);
      // If this fails as well the event still comes back; only the reason is not kept.
      await markTried(ctx, webhookEventId, error, delaySeconds).catch((cause) => ctx.log.fault('webhook.tried', cause));
    }
  }
}

async function process(ctx: Context, id: string): Promise<void> {
  const claimed = await claimWebhookEvent(ctx, id);
  if (!claimed) return;
  switch (claimed.provider) {
    case 'livekit':
      await applyMediaEvent(ctx, claimed.payload as MediaEvent); // as `receive.ts` stored it
      break;
    default:
      throw unknownProvider(claimed.provider); // a newer version's, met after a rollback: it comes back
  }
  await markProcessed(ctx, id);
}

function unknownProvider(provider: never): Error {
  return new Error(`Unknown provider ${provider}`);
}

/** Hands a batch to the consumer of its queue. A queue without a consumer is a mistake in wrangler.toml. */
import type { Context } from '@/contracts/context';
import type { PayoutMessage, TaskMessage, WebhookMessage } from '@/contracts/messages';
import { consumeDeadLetters } from './dead-letters';
import { consumePayouts } from './payouts';
import { consumeTasks } from './tasks';
import { consumeWebhooks } from './webhooks';

export async function consume(ctx: Context, batch: MessageBatch): Promise<void> {
  switch (batch.queue) {
    // Only our own producers write these bodies, and Context types each queue's producer.
    case 'footlight-webhooks':
      return consumeWebhooks(ctx, batch as MessageBatch<WebhookMessage>);
    case 'footlight-payouts':
      return consumePayouts(ctx, batch as MessageBatch<PayoutMessage>);
    case 'footlight-tasks':
      return consumeTasks(ctx, batch as MessageBatch<TaskMessage>);
    case 'footlight-dead-letters':
      return consumeDeadLetters(ctx, batch as MessageBatch<WebhookMessage | PayoutMessage | TaskMessage>);
    default:
      throw new Error(`No consumer for queue ${batch.queue}`);
  }
}

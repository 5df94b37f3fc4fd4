/**
 * Where messages of every queue end whose tries are spent. A webhook event is marked failed and waits for staff, an
 * export is given up; a payout or another task is logged, and the minute's sweep puts right what it was for.
 */
import type { Context } from '@/context';
import { giveUpExport } from '@/domains/privacy/build-export';
import { markFailed } from '@/domains/webhooks/events';
import type { PayoutMessage, TaskMessage, WebhookMessage } from './messages';
import { retryDelaySeconds } from './retry';

export async function consumeDeadLetters(
  ctx: Context,
  batch: MessageBatch<WebhookMessage | PayoutMessage | TaskMessage>,
): Promise<void> {
  for (const message of batch.messages) {
    try {
      await bury(ctx, message.body);
      message.ack();
    } catch (error) {
      ctx.log.fault('dead-letter', error);
      message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
    }
  }
}

async function bury(ctx: Context, body: WebhookMessage | PayoutMessage | TaskMessage): Promise<void> {
  ctx.log.fault('dead-letter', new Error(JSON.stringify(body)));
  if ('webhookEventId' in body) await markFailed(ctx, body.webhookEventId);
  else if ('type' in body && body.type === 'build-export') await giveUpExport(ctx, body);
}

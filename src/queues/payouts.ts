/** Sends approved payouts, one at a time. A payout that fails with an unknown outcome is retried later. */
import type { Context } from '@/contracts/context';
import type { PayoutMessage } from '@/contracts/messages';
import { sendPayout } from '@/domains/money/payouts/send';
import { AppError } from '@/http/errors';
import { retryDelaySeconds } from './retry';

export async function consumePayouts(ctx: Context, batch: MessageBatch<PayoutMessage>): Promise<void> {
  for (const message of batch.messages) {
    const { payoutId } = message.body;
    try {
      await sendPayout(ctx, payoutId);
      message.ack();
    } catch (error) {
      if (error instanceof AppError) ctx.log.warning(`payout ${payoutId}`, error.code);
      else ctx.log.fault(`payout ${payoutId}`, error);
      message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
    }
  }
}

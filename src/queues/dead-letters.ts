/**
 * Handles messages whose tries are spent, after some three quarters of an hour. Each is logged by its kind and ids,
 * without the texts of mails and pushes. A webhook event is marked failed and waits for staff, a payout is queued again by
 * the minute's sweep, an export is given up, and `FATES` says what becomes of each other task.
 */
import type { Context } from '@/contracts/context';
import type { PayoutMessage, TaskMessage, WebhookMessage } from '@/contracts/messages';
import { giveUpExport } from '@/domains/operations/privacy/build-export';
import { markFailed } from '@/domains/operations/webhooks/events';
import { HOUR_MS, SECOND_MS } from '@/shared/time';
import { retryDelaySeconds } from './retry';

/**
 * `swept`: a sweep finds what is left to do. `back`: nothing else would find it, so it comes back with all its tries until
 * it is done. `over`: the user can ask for an export again; and a mail or push that comes hours late is worth nothing,
 * while the user's list has it anyway.
 */
const FATES: Readonly<Record<TaskMessage['type'], 'swept' | 'back' | 'over'>> = {
  'end-if-still-lost': 'swept',
  'align-ingress': 'swept',
  'prove-ledger': 'swept',
  'award-targets': 'swept',
  'clear-post': 'swept',
  'clear-comment': 'swept',
  'withdraw-between': 'back',
  sweep: 'swept',
  'build-export': 'over',
  'fan-out-broadcast': 'over',
  'send-push': 'over',
  'send-notification-mail': 'over',
};
const BACK_AFTER_SECONDS = HOUR_MS / SECOND_MS;

/** The fields of a message that may be logged. A new message's fields are left out until they are named here. */
const NAMES: ReadonlySet<string> = new Set([
  ...['type', 'name', 'step', 'webhookEventId', 'payoutId', 'streamId', 'proofId', 'postId', 'commentId', 'exportId'],
  ...['broadcastId', 'subscriptionId', 'userId', 'one', 'other'],
]);

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
  ctx.log.fault('dead-letter', new Error(JSON.stringify(namesOf(body))));
  if ('webhookEventId' in body) await markFailed(ctx, body.webhookEventId);
  if (!('type' in body)) return;
  if (body.type === 'build-export') await giveUpExport(ctx, body);
  if (FATES[body.type] === 'back') await ctx.queues.tasks.send(body, { delaySeconds: BACK_AFTER_SECONDS });
}

function namesOf(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([name]) => NAMES.has(name)));
}

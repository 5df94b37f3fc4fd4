/**
 * Handles messages whose retries are spent, after some 45 minutes. It logs each by kind and ids, without the texts of
 * mails and pushes. A webhook event is marked failed and left to staff, a sweep queues a payout again, and an export is
 * given up. `FATES` says what happens to the other tasks.
 */
import type { Context } from '@/contracts/context';
import type { PayoutMessage, TaskMessage, WebhookMessage } from '@/contracts/messages';
import { giveUpExport } from '@/domains/operations/privacy/build-export';
import { failEvent } from '@/domains/operations/webhooks/leave-to-staff';
import { HOUR_MS, SECOND_MS } from '@/shared/time';
import { retryDelaySeconds } from './retry';

/**
 * `swept`: a sweep finds what is left to do. `back`: nothing else would find it, so it is queued again with all its
 * retries until it succeeds. `over`: dropped. The user can request an export again; a mail or push would come hours
 * late, and its notification is in the user's list anyway.
 */
const FATES: Readonly<Record<TaskMessage['type'], 'swept' | 'back' | 'over'>> = {
  'end-if-still-lost': 'swept',
  'align-ingress': 'swept',
  'prove-ledger': 'swept',
  'award-targets': 'swept',
  'follow-reversal': 'back',
  'follow-return': 'back',
  'clear-post': 'swept',
  'clear-comment': 'swept',
  'withdraw-between': 'back',
  'tell-reporters': 'back',
  'resolve-removed': 'back',
  'scan-attachment': 'back',
  sweep: 'swept',
  'build-export': 'over',
  'fan-out-broadcast': 'over',
  'send-push': 'over',
  'send-notification-mail': 'over',
  'announce-maintenance': 'over',
  'clear-variants': 'back',
  'follow-name': 'back',
  'end-hidden-subscriptions': 'back',
  'process-track': 'swept',
  'refund-order': 'swept',
  'tell-offered': 'over',
};
const BACK_AFTER_SECONDS = HOUR_MS / SECOND_MS;

/** The fields of a message that may be logged. Fields of a new message are not logged until they are listed here. */
const NAMES: ReadonlySet<string> = new Set([
  ...['type', 'name', 'step', 'webhookEventId', 'payoutId', 'streamId', 'proofId', 'postId', 'commentId', 'exportId'],
  ...['broadcastId', 'subscriptionId', 'userId', 'one', 'other', 'changeId', 'chargeId', 'reportId', 'attachmentId'],
  ...['decisionId', 'creatorId', 'trackId', 'refundId', 'variantId'],
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
  if ('webhookEventId' in body) await failEvent(ctx, body.webhookEventId);
  if (!('type' in body)) return;
  if (body.type === 'build-export') await giveUpExport(ctx, body);
  if (FATES[body.type] === 'back') await ctx.queues.tasks.send(body, { delaySeconds: BACK_AFTER_SECONDS });
}

function namesOf(body: object): object {
  return Object.fromEntries(Object.entries(body).filter(([name]) => NAMES.has(name)));
}

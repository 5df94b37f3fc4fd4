/** Does the tasks that were put off. A task is safe to do twice: it looks at what is true by then. */
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { fanOutBroadcast } from '@/domains/base/notifications/broadcast';
import { sendNotificationMail } from '@/domains/base/notifications/mail';
import { sendPush } from '@/domains/base/notifications/push';
import { withdrawRest } from '@/domains/base/notifications/withdraw';
import { clearComment, clearPost } from '@/domains/content/posts/clear';
import { alignIngress } from '@/domains/live/channels/ingress';
import { endIfStillLost } from '@/domains/live/streams/end-stream';
import { proveNextPage } from '@/domains/money/audit/prove';
import { awardTargets } from '@/domains/money/earnings/award-targets';
import { buildExport } from '@/domains/operations/privacy/build-export';
import { AppError } from '@/http/errors';
import { retryDelaySeconds } from './retry';
import { runSweep } from './sweeps';

export async function consumeTasks(ctx: Context, batch: MessageBatch<TaskMessage>): Promise<void> {
  for (const message of batch.messages) {
    try {
      await perform(ctx, message.body);
      message.ack();
    } catch (error) {
      // A provider that is away is no fault of ours.
      if (error instanceof AppError) ctx.log.warning(`task ${message.body.type}`, error.code);
      else ctx.log.fault(`task ${message.body.type}`, error);
      message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
    }
  }
}

async function perform(ctx: Context, task: TaskMessage): Promise<void> {
  switch (task.type) {
    case 'end-if-still-lost':
      return endIfStillLost(ctx, task.streamId, task.lostAt);
    case 'align-ingress':
      return alignIngress(ctx, task.channelId);
    case 'prove-ledger':
      return proveNextPage(ctx, task.proofId);
    case 'award-targets':
      return awardTargets(ctx, task.after);
    case 'clear-post':
      return clearPost(ctx, task.postId);
    case 'clear-comment':
      return clearComment(ctx, task.commentId);
    case 'build-export':
      return buildExport(ctx, task);
    case 'fan-out-broadcast':
      return fanOutBroadcast(ctx, task.broadcastId, task.at, task.after, task.isMailed);
    case 'send-push':
      return sendPush(ctx, task);
    case 'send-notification-mail':
      return sendNotificationMail(ctx, task);
    case 'sweep':
      return runSweep(ctx, task.name, task.until);
    case 'withdraw-between':
      return withdrawRest(ctx, task.one, task.other);
    default:
      throw unknownTask(task); // a newer version's, met after a rollback: it comes back
  }
}

function unknownTask({ type }: { type: string }): Error {
  return new Error(`Unknown task ${type}`);
}

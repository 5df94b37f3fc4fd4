/** Does the tasks that were put off. A task is safe to do twice: it looks at what is true by then. */
import type { Context } from '@/context';
import { proveNextPage } from '@/domains/audit/prove';
import { awardTargets } from '@/domains/earnings/award-targets';
import { endIfStillLost } from '@/domains/streams/end-stream';
import type { TaskMessage } from './messages';
import { retryDelaySeconds } from './retry';

export async function consumeTasks(ctx: Context, batch: MessageBatch<TaskMessage>): Promise<void> {
  for (const message of batch.messages) {
    try {
      await perform(ctx, message.body);
      message.ack();
    } catch (error) {
      ctx.log.fault(`task ${message.body.type}`, error);
      message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
    }
  }
}

async function perform(ctx: Context, task: TaskMessage): Promise<void> {
  switch (task.type) {
    case 'end-if-still-lost':
      return endIfStillLost(ctx, task.streamId, task.lostAt);
    case 'prove-ledger':
      return proveNextPage(ctx, task.proofId);
    case 'award-targets':
      return awardTargets(ctx, task.after);
    default:
      throw unknownTask(task); // a newer version's, met after a rollback: it comes back
  }
}

function unknownTask(task: never): Error {
  return new Error(`Unknown task ${JSON.stringify(task)}`);
}

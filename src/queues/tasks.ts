/** Performs queued tasks, each in the domain that owns it. A task that fails is retried later and blocks no other. */
import type { Context } from '@/contracts/context';
import type { TaskOf, Tasks, TaskType } from '@/contracts/jobs';
import type { TaskMessage } from '@/contracts/messages';
import { AppError } from '@/http/errors';
import { domainTasks } from './jobs';
import { retryDelaySeconds } from './retry';
import { runSweep } from './sweeps';

const TASKS: Tasks = { ...domainTasks, sweep: (ctx, { name, until }) => runSweep(ctx, name, until) };

export async function consumeTasks(ctx: Context, batch: MessageBatch<TaskMessage>): Promise<void> {
  for (const message of batch.messages) {
    const { type } = message.body;
    try {
      await perform(ctx, type, message.body);
      message.ack();
    } catch (error) {
      // An unavailable provider is not a fault of ours.
      if (error instanceof AppError) ctx.log.warning(`task ${type}`, error.code);
      else ctx.log.fault(`task ${type}`, error);
      message.retry({ delaySeconds: retryDelaySeconds(message.attempts) });
    }
  }
}

async function perform<Type extends TaskType>(ctx: Context, type: Type, task: TaskOf<Type>): Promise<void> {
  const work: Tasks[Type] | undefined = TASKS[type];
  if (!work) throw new Error(`Unknown task ${type}`); // sent by a newer version before a rollback: it is retried
  await work(ctx, task);
}

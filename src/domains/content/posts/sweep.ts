/** A sweep that queues the deletion of hidden posts and comments again if its task did not finish. */
import { and, asc, inArray, isNotNull, isNull, lt } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { HOUR_MS } from '@/shared/time';
import { comments, posts } from './tables';

/** After this long, all retries of the task are spent. Also the pause before it is queued once more. */
const CLEARED_WITHIN_MS = HOUR_MS;
/** How many rows of each table are requeued at once: a queue takes at most 100 messages in a batch. */
const REQUEUED_MAX = 50;

export async function requeueClearing(ctx: Context): Promise<void> {
  // Each table is claimed and read in one statement, so that concurrent sweeps queue nothing twice.
  const [hiddenPosts, hiddenComments] = await ctx.db.batch([claim(ctx, posts), claim(ctx, comments)]);
  const tasks: TaskMessage[] = [
    ...hiddenPosts.map(({ id: postId }) => ({ type: 'clear-post', postId }) as const),
    ...hiddenComments.map(({ id: commentId }) => ({ type: 'clear-comment', commentId }) as const),
  ];
  if (tasks.length === 0) return;
  await ctx.queues.tasks.sendBatch(tasks.map((body) => ({ body })));
  ctx.log.event('content.requeued', { count: tasks.length });
}

function claim(ctx: Context, table: typeof posts | typeof comments) {
  const now = ctx.now();
  const overdue = ctx.db
    .select({ id: table.id })
    .from(table)
    .where(and(isNotNull(table.removedAt), isNull(table.keptUntil), lt(table.removedAt, now - CLEARED_WITHIN_MS)))
    .orderBy(asc(table.removedAt))
    .limit(REQUEUED_MAX);
  return ctx.db.update(table).set({ removedAt: now }).where(inArray(table.id, overdue)).returning({ id: table.id });
}

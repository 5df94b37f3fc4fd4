/** What the minute's cron does for content: queues again what was hidden and no task has cleared away. */
import { and, asc, inArray, isNotNull, lt } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { HOUR_MS } from '@/shared/time';
import { comments, posts } from './tables';

/** Then the tries of its task are spent. Also how long one that was queued again has until the next time. */
const CLEARED_WITHIN_MS = HOUR_MS;
/** Of each: the queue takes a hundred at once. */
const REQUEUED_MAX = 50;

export async function requeueClearing(ctx: Context): Promise<void> {
  // Claimed and read in one statement each, so that two sweeps at once queue none twice.
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
    .where(and(isNotNull(table.removedAt), lt(table.removedAt, now - CLEARED_WITHIN_MS)))
    .orderBy(asc(table.removedAt))
    .limit(REQUEUED_MAX);
  return ctx.db.update(table).set({ removedAt: now }).where(inArray(table.id, overdue)).returning({ id: table.id });
}

/** Marks what was told as read. Whatever is told later is unread again. */
import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { int } from '@/db/sql';
import { followsCreator, subscribes } from '@/domains/base/visibility/members';
import { notificationError } from './errors';
import { BROADCAST_AGE_MS_MAX, countUnread } from './list';
import { isShown } from './present';
import { broadcastReads, notificationMarks, notifications } from './tables';

/** Repeating it changes nothing. Throws NOTIFICATION_NOT_FOUND. */
export async function markRead(ctx: Context, userId: string, id: string): Promise<{ unreadCount: number }> {
  const now = ctx.now();
  const own = and(eq(notifications.id, id), eq(notifications.userId, userId), isShown);
  // What was broadcast, by a creator whom the reader followed or subscribed to by then.
  const told = sql`FROM broadcasts AS b WHERE b.id = ${id} AND (
    (b.audience = 'members' AND ${followsCreator(userId, sql`b.creator_id`, sql`b.created_at`)})
    OR ${subscribes(userId, sql`b.creator_id`, sql`b.created_at`)})`;
  const found = await ctx.db.all<{ own: number; told: number }>(
    sql`SELECT EXISTS (SELECT 1 FROM notifications WHERE ${own}) AS own, EXISTS (SELECT 1 ${told}) AS told`,
  );
  if (found[0]?.own === 1)
    await commit(ctx, [
      ctx.db
        .update(notifications)
        .set({ readAt: now })
        .where(and(own, isNull(notifications.readAt))),
    ]);
  else if (found[0]?.told === 1)
    await commit(ctx, [
      ctx.db.insert(broadcastReads).values({ userId, broadcastId: id, readAt: now }).onConflictDoNothing(),
      // Of broadcasts that no list shows any more.
      ctx.db
        .delete(broadcastReads)
        .where(and(eq(broadcastReads.userId, userId), lt(broadcastReads.readAt, now - BROADCAST_AGE_MS_MAX))),
    ]);
  else throw notificationError('NOTIFICATION_NOT_FOUND');
  return { unreadCount: await countUnread(ctx, userId) };
}

/** One row, however much there is to read. */
export async function markAllRead(ctx: Context, userId: string): Promise<{ unreadCount: number }> {
  const readThrough = ctx.now();
  await commit(ctx, [
    ctx.db
      .insert(notificationMarks)
      .values({ userId, readThrough })
      .onConflictDoUpdate({
        target: notificationMarks.userId,
        set: { readThrough: sql`max(read_through, ${int(readThrough)})` },
      }),
    ctx.db.delete(broadcastReads).where(eq(broadcastReads.userId, userId)),
  ]);
  return { unreadCount: await countUnread(ctx, userId) };
}

/** Marks notifications as read. Later ones stay unread. */

import { and, eq, isNull, lt, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { int } from '@/db/sql';
import { followsCreator, subscribes } from '@/domains/base/visibility/members';
import { notificationError } from './errors';
import { BROADCAST_AGE_MS_MAX, countUnread } from './list';
import { isShown } from './present';
import { broadcastReads, notificationMarks, notifications } from './tables';

/** Idempotent. Throws NOTIFICATION_NOT_FOUND. */
export async function markRead(ctx: Context, userId: string, id: string): Promise<{ unreadCount: number }> {
  const now = ctx.now();
  const own = and(eq(notifications.id, id), eq(notifications.userId, userId), isShown);
  // Broadcasts of a creator the reader already followed or subscribed to when they were announced.
  const announced = sql`FROM broadcasts AS b WHERE b.id = ${id} AND (
    (b.audience = 'members' AND ${followsCreator(userId, sql`b.creator_id`, sql`b.created_at`)})
    OR ${subscribes(userId, sql`b.creator_id`, sql`b.created_at`)})`;
  const found = await ctx.db.all<{ own: number; announced: number }>(
    sql`SELECT EXISTS (SELECT 1 FROM notifications WHERE ${own}) AS own, EXISTS (SELECT 1 ${announced}) AS announced`,
  );
  if (found[0]?.own === 1)
    await commit(ctx, [
      ctx.db
        .update(notifications)
        .set({ readAt: now })
        .where(and(own, isNull(notifications.readAt))),
    ]);
  else if (found[0]?.announced === 1)
    await commit(ctx, [
      ctx.db.insert(broadcastReads).values({ userId, broadcastId: id, readAt: now }).onConflictDoNothing(),
      // Removes marks of broadcasts that no list shows any longer.
      ctx.db
        .delete(broadcastReads)
        .where(and(eq(broadcastReads.userId, userId), lt(broadcastReads.readAt, now - BROADCAST_AGE_MS_MAX))),
    ]);
  else throw notificationError('NOTIFICATION_NOT_FOUND');
  return { unreadCount: await countUnread(ctx, userId) };
}

/** Writes one row, however many notifications are unread. */
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

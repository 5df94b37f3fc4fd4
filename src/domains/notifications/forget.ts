/** For the end of an account: what it was told and where it was reached. Of the likes that others were told of, ids stay. */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import type { Statement } from '@/db/commit';
import { broadcastReads, broadcasts, lastRooms, notificationMarks, notifications, pushSubscriptions } from './tables';

export function forgetNotifications(ctx: Context, userId: string): Statement[] {
  return [
    ctx.db.delete(notifications).where(eq(notifications.userId, userId)),
    ctx.db.delete(notificationMarks).where(eq(notificationMarks.userId, userId)),
    ctx.db.delete(broadcastReads).where(eq(broadcastReads.userId, userId)),
    ctx.db.delete(broadcasts).where(eq(broadcasts.creatorId, userId)),
    ctx.db.delete(lastRooms).where(eq(lastRooms.userId, userId)),
    ctx.db.delete(pushSubscriptions).where(eq(pushSubscriptions.userId, userId)),
  ];
}

/** What others were told with its name in it. Repeated until it changes nothing. */
export function forgetMentions(ctx: Context, userId: string, limit: SQL): Statement {
  // Word for word as the index has it.
  return ctx.db.run(sql`DELETE FROM notifications WHERE id IN (
    SELECT id FROM notifications WHERE coalesce(
      json_extract(data, '$.userId'), json_extract(data, '$.senderId'),
      json_extract(data, '$.subscriberId'), json_extract(data, '$.creatorId')) = ${userId} ${limit})`);
}

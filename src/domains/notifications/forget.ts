/** For the end of an account: what it was told and where it was reached. Of the likes that others were told of, ids stay. */
import { eq } from 'drizzle-orm';
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

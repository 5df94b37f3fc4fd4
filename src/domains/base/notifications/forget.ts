/** For the end of an account: what it was told, where it was reached, and what others were told of it. */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { literal } from '@/db/sql';
import {
  broadcastReads,
  broadcasts,
  lastRooms,
  notificationMarks,
  notifications,
  pushSubscriptions,
  toldOutside,
} from './tables';
import { namedUser, withdrawActs } from './withdraw';

/** Each takes up to a thousand with it, those whom it gathers. */
const NOTIFICATIONS_A_STEP = 100;

/** What it was told. Repeated until it changes nothing. */
export function forgetTold(ctx: Context, userId: string): Statement[] {
  const limit = sql`LIMIT ${literal(NOTIFICATIONS_A_STEP)}`;
  return [
    ctx.db.run(sql`DELETE FROM notifications WHERE id IN (
      SELECT id FROM notifications WHERE user_id = ${userId} ${limit})`),
  ];
}

/** Behind `forgetTold`: what came since, and the rest. */
export function forgetNotifications(ctx: Context, userId: string): Statement[] {
  return [
    ctx.db.delete(notifications).where(eq(notifications.userId, userId)),
    ctx.db.delete(notificationMarks).where(eq(notificationMarks.userId, userId)),
    ctx.db.delete(broadcastReads).where(eq(broadcastReads.userId, userId)),
    ctx.db.delete(broadcasts).where(eq(broadcasts.creatorId, userId)),
    ctx.db.delete(lastRooms).where(eq(lastRooms.userId, userId)),
    ctx.db.delete(toldOutside).where(eq(toldOutside.userId, userId)),
  ];
}

/** Before all else, so that no browser is told of what comes on the way. */
export function forgetBrowsers(ctx: Context, userId: string): Statement {
  return ctx.db.delete(pushSubscriptions).where(eq(pushSubscriptions.userId, userId));
}

/** What others were told of it. Repeated until it changes nothing. */
export function forgetMentions(ctx: Context, userId: string, limit: SQL): Statement[] {
  return [
    ctx.db.run(sql`DELETE FROM notifications WHERE id IN (
      SELECT id FROM notifications WHERE ${namedUser} = ${userId} ${limit})`),
    ...withdrawActs(ctx, userId, sql`true`, limit),
    ctx.db.run(sql`DELETE FROM notification_actors WHERE (notification_id, actor_id) IN (
      SELECT notification_id, actor_id FROM notification_actors WHERE actor_id = ${userId} AND state = 'withdrawn' ${limit})`),
  ];
}

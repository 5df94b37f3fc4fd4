/**
 * Tells a user something: in the app, in their open room, and by the channels that they chose. The id comes from the
 * outbox, so that telling it twice tells it once.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { readSettings } from '@/domains/settings/read';
import type { Channels } from '@/domains/settings/tables';
import { users } from '@/domains/users/tables';
import type { NewNotification } from '@/queues/messages';
import { toIso } from '@/shared/time';
import { choiceOf } from './kinds';
import { readThrough } from './list';
import {
  gatheredTitle,
  type NotificationRow,
  notificationColumns,
  type PresentedNotification,
  presentNotification,
} from './present';
import { reach } from './reach';
import { notificationActors, notifications } from './tables';

const IN_APP_ALONE: Channels = { inApp: true, email: false, push: false };
/** Who is told that a thousand people like their post need not be woken by the next; and the set of them has an end. */
const ACTORS_MAX = 1_000;

export async function notify(ctx: Context, eventId: string, notification: NewNotification): Promise<void> {
  const { userId, kind, gather } = notification;
  if (gather?.actorId === userId) return; // nobody is told of what they did themselves
  const choice = choiceOf(kind);
  const settings = (await readSettings(ctx, [userId])).get(userId);
  const channels = (choice && settings?.notifications[choice]) ?? IN_APP_ALONE;
  const told = await tell(ctx, eventId, notification, channels);
  // By its event: of a gathered row, each time that it is told anew is another to mail and to push.
  if (told) await reach(ctx, [{ userId, channels }], told, eventId);
}

/** Nothing where there is nothing new: it waits to be read already, or the same was told by the same before. */
function tell(
  ctx: Context,
  eventId: string,
  notification: NewNotification,
  { inApp }: Channels,
): Promise<PresentedNotification | undefined> {
  if (!inApp) return describeOnly(ctx, eventId, notification);
  return notification.gather
    ? gatherRow(ctx, eventId, notification, notification.gather)
    : addRow(ctx, eventId, notification);
}

async function addRow(
  ctx: Context,
  id: string,
  { userId, kind, title, body, data = {} }: NewNotification,
): Promise<PresentedNotification> {
  const createdAt = ctx.now();
  await ctx.db
    .insert(notifications)
    .values({ id, userId, kind, title, body, data, createdAt })
    .onConflictDoNothing({ target: notifications.id });
  return { id, kind, title, body, data: { ...data }, read: false, createdAt: toIso(createdAt) };
}

async function gatherRow(
  ctx: Context,
  eventId: string,
  { userId, kind, title, body, data = {} }: NewNotification,
  { group, actorId }: NonNullable<NewNotification['gather']>,
): Promise<PresentedNotification | undefined> {
  const createdAt = ctx.now();
  const row = { id: eventId, userId, kind, title, body, data, createdAt, groupKey: group };
  const ofGroup = sql`user_id = ${userId} AND group_key = ${group}`;
  const [, , , found] = await ctx.db.batch([
    ctx.db.insert(notifications).values(row).onConflictDoNothing(),
    ctx.db.run(sql`
      INSERT INTO ${notificationActors} (notification_id, actor_id)
      SELECT id, ${actorId} FROM notifications WHERE ${ofGroup} AND actor_count < ${ACTORS_MAX}
      ON CONFLICT DO NOTHING`),
    // Only if the statement before it added somebody: unread again, and on top.
    ctx.db.run(sql`
      UPDATE ${notifications} SET
        woken_by = CASE
          WHEN actor_count = 0 OR read_at IS NOT NULL OR created_at <= ${readThrough(userId)} THEN ${eventId}
          ELSE woken_by END,
        actor_count = actor_count + 1,
        last_actors = (SELECT json_group_array(value) FROM (
          SELECT ${actorId} AS value
          UNION ALL SELECT value FROM json_each(json_array(last_actors ->> 0, last_actors ->> 1)) WHERE value IS NOT NULL)),
        read_at = NULL, title = ${title}, body = ${body}, data = ${JSON.stringify(data)},
        created_at = max(created_at, CAST(${createdAt} AS INTEGER))
      WHERE ${ofGroup} AND changes() = 1`),
    ctx.db.all<NotificationRow & { wokenBy: string | null }>(sql`
      SELECT woken_by AS wokenBy, ${notificationColumns(readThrough(userId))} FROM notifications WHERE ${ofGroup}`),
  ]);
  const [gathered] = found;
  return gathered?.wokenBy === eventId ? presentNotification(gathered) : undefined;
}

/** For who wants it by other channels alone: there is no row in which it could gather. */
async function describeOnly(
  ctx: Context,
  id: string,
  { kind, title, body, data = {}, gather }: NewNotification,
): Promise<PresentedNotification> {
  const actor = gather
    ? await ctx.db
        .select({ displayName: users.displayName })
        .from(users)
        .where(sql`${users.id} = ${gather.actorId}`)
        .get()
    : undefined;
  const whole = gather ? gatheredTitle(actor?.displayName, 1, title) : title;
  return { id, kind, title: whole, body, data: { ...data }, read: false, createdAt: toIso(ctx.now()) };
}

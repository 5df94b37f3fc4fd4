/**
 * Tells a user something that is so still: in the app, in their open rooms, and by the channels that they chose. The id
 * comes from the outbox, so that telling it twice tells it once. What is not for the app is kept as well, for itself:
 * so it gathers, and is withdrawn, like all else, and nobody is told again of what is taken back and done again. What
 * gathers in the app and what gathers outside of it alone are two rows: neither changes what the other says.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { NewNotification } from '@/contracts/messages';
import type { Channels } from '@/contracts/notification-kinds';
import { int, literal } from '@/db/sql';
import { readSettings } from '@/domains/base/settings/read';
import { newId } from '@/shared/ids';
import { HOUR_MS, toIso } from '@/shared/time';
import { claimOf, stillSo } from './claim';
import { choiceOf } from './kinds';
import { readThrough } from './list';
import {
  isSoOfSomebody,
  LAST_ACTORS,
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
/** Who is told outside of the app alone has nothing to mark as read: of what gathers they are told again after this. */
const READ_OUTSIDE_AFTER_MS = HOUR_MS;

export async function notify(ctx: Context, eventId: string, notification: NewNotification): Promise<void> {
  const { userId, kind, gather } = notification;
  if (gather?.actorId === userId) return; // nobody is told of what they did themselves
  const choice = choiceOf(kind);
  const settings = (await readSettings(ctx, [userId])).get(userId);
  const channels = (choice && settings?.notifications[choice]) ?? IN_APP_ALONE;
  const told = await tell(ctx, eventId, notification, channels);
  // By its event: of a gathered row, each time that it is told anew is another to mail and to push.
  if (told) await reach(ctx, [{ userId, channels }], told, eventId, claimOf(notification));
}

/** Nothing where there is nothing new: it is so no more, waits to be read already, or the same was told by the same. */
function tell(
  ctx: Context,
  eventId: string,
  notification: NewNotification,
  channels: Channels,
): Promise<PresentedNotification | undefined> {
  return notification.gather
    ? gatherRow(ctx, eventId, notification, notification.gather, channels)
    : addRow(ctx, eventId, notification, channels);
}

async function addRow(
  ctx: Context,
  id: string,
  notification: NewNotification,
  { inApp }: Channels,
): Promise<PresentedNotification | undefined> {
  const { userId, kind, title, body, data = {} } = notification;
  const createdAt = ctx.now();
  const [, found] = await ctx.db.batch([
    insertRow(ctx, notification, { id, createdAt, inApp }),
    ctx.db.all(sql`SELECT 1 FROM notifications WHERE id = ${id} AND user_id = ${userId}`),
  ]);
  if (found.length === 0) return undefined;
  return { id, kind, title, body, data: { ...data }, read: false, createdAt: toIso(createdAt) };
}

interface Row {
  readonly id: string;
  readonly createdAt: number;
  readonly inApp: boolean;
  /** Of what gathers: the event that is its first, if that is news. */
  readonly wokenBy?: SQL;
}

function insertRow(ctx: Context, notification: NewNotification, { id, createdAt, inApp, wokenBy }: Row) {
  const { userId, kind, title, body, data = {}, about, gather } = notification;
  const actors = gather ? [gather.actorId] : [];
  return ctx.db.run(sql`
    INSERT INTO ${notifications} (id, user_id, kind, title, body, data, about, group_key, actor_count, last_actors,
      woken_by, in_app, created_at)
    SELECT ${id}, ${userId}, ${kind}, ${title}, ${body}, ${JSON.stringify(data)}, ${about?.join('/') ?? null},
      ${gather?.group ?? null}, ${actors.length}, ${JSON.stringify(actors)}, ${wokenBy ?? null}, ${Number(inApp)}, ${createdAt}
    WHERE ${stillSo(userId, claimOf(notification))}
    ON CONFLICT DO NOTHING`);
}

async function gatherRow(
  ctx: Context,
  eventId: string,
  notification: NewNotification,
  { group, actorId }: NonNullable<NewNotification['gather']>,
  { inApp }: Channels,
): Promise<PresentedNotification | undefined> {
  const { userId, title, body, data = {} } = notification;
  const [rowId, createdAt] = [newId(), ctx.now()];
  const rowOf = (app: boolean) => sql`user_id = ${userId} AND group_key = ${group} AND in_app = ${Number(app)}`;
  const ofGroup = rowOf(inApp);
  // Who is in the other row was told of while the choice was another, and is no news.
  const wasTold = sql`EXISTS (SELECT 1 FROM notification_actors WHERE actor_id = ${actorId}
    AND notification_id = (SELECT id FROM notifications WHERE ${rowOf(!inApp)}))`;
  const isBack = sql`(SELECT state = 'back' FROM notification_actors
    WHERE notification_id = notifications.id AND actor_id = ${actorId})`;
  const isRead = inApp
    ? sql`(read_at IS NOT NULL OR created_at <= ${readThrough(userId)})`
    : sql`created_at <= ${createdAt - READ_OUTSIDE_AFTER_MS}`;
  const wakes = sql`(NOT ${isBack} AND (woken_by IS NULL OR actor_count = 0 OR ${isRead}))`;
  const [, , , found] = await ctx.db.batch([
    insertRow(ctx, notification, {
      id: rowId,
      createdAt,
      inApp,
      wokenBy: sql`CASE WHEN NOT ${wasTold} THEN ${eventId} END`,
    }),
    // Who took it back and did it again is counted again, and is no news. A row that has just come was asked already.
    ctx.db.run(sql`
      INSERT INTO ${notificationActors} (notification_id, actor_id, user_id, state)
      SELECT id, ${actorId}, user_id, CASE WHEN ${wasTold} THEN 'back' ELSE 'new' END FROM notifications
      WHERE ${ofGroup} AND actor_count < ${ACTORS_MAX} AND (id = ${rowId} OR ${stillSo(userId, claimOf(notification))})
      ON CONFLICT DO UPDATE SET state = 'back' WHERE state = 'withdrawn'`),
    // Only if the statement before it added somebody to a row that was there; if it is news, unread again, and on top.
    ctx.db.run(sql`
      UPDATE ${notifications} SET
        woken_by = CASE WHEN ${wakes} THEN ${eventId} ELSE woken_by END,
        read_at = CASE WHEN ${isBack} THEN read_at END,
        created_at = CASE WHEN ${inApp ? sql`NOT ${isBack}` : wakes}
          THEN max(created_at, ${int(createdAt)}) ELSE created_at END,
        actor_count = actor_count + 1,
        last_actors = (SELECT json_group_array(value) FROM (
          SELECT ${actorId} AS value
          UNION ALL SELECT value FROM json_each(last_actors) WHERE key < ${literal(LAST_ACTORS - 1)})),
        title = ${title}, body = ${body}, data = ${JSON.stringify(data)}
      WHERE ${ofGroup} AND id <> ${rowId} AND changes() = 1`),
    ctx.db.all<NotificationRow & { wokenBy: string | null }>(sql`
      SELECT woken_by AS wokenBy, ${notificationColumns(readThrough(userId))} FROM notifications
      WHERE ${ofGroup} AND ${isSoOfSomebody}`),
  ]);
  const [gathered] = found;
  return gathered?.wokenBy === eventId ? presentNotification(gathered) : undefined;
}

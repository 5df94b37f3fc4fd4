/**
 * Adds an actor to a group's row, such as the likes of one post: 'A and 4 others liked your post'. A group has one row in
 * the app and one for users who turned the kind off there. Neither row changes the other's text.
 *
 * One batch, which D1 runs as one transaction: insert the row, record the actor, count the actor, read the row. The effect
 * of each statement depends on where the actor was before:
 *
 * | the actor before                                | insert | record    | count | unread, on top | announced       |
 * |-------------------------------------------------|--------|-----------|-------|----------------|-----------------|
 * | the group has no row here, nor the actor there  | row    | `new`     | -     | as a new row   | yes             |
 * | the group has no row here, the actor is there   | row    | `back`    | -     | as a new row   | no              |
 * | in neither row                                  | -      | `new`     | +1    | yes            | unless it waits |
 * | only in the other row: the user knows already   | -      | `back`    | +1    | no             | no              |
 * | withdrawn from this row: took a like back       | -      | `back`    | +1    | no             | no              |
 * | counted in this row                             | -      | -         | -     | no             | no              |
 * | any of these, but the row is full               | -      | -         | -     | no             | no              |
 * | any of these, but the claim no longer holds     | -      | -         | -     | no             | no              |
 *
 * A new row counts its first actor. A row waits while its last announcement is unread and an actor is left. Outside of the
 * app nothing can be marked as read, so there a row waits for an hour and keeps its place meanwhile. A repeated event
 * finds its own id in `woken_by` and announces the row again under the same key.
 */

import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { NewNotification } from '@/contracts/messages';
import { int, literal } from '@/db/sql';
import { newId } from '@/shared/ids';
import { HOUR_MS } from '@/shared/time';
import { insertRow, storedText } from './add-row';
import { claimOf, stillSo } from './claim';
import { readThrough } from './list';
import { isSoOfSomebody, LAST_ACTORS, type NotificationRow, notificationColumns } from './present';
import { notificationActors, notifications } from './tables';

/** Bounds the actors that one row counts: after a thousand likes of a post, the next one is no news. */
const ACTORS_MAX = 1_000;
const WAITS_OUTSIDE_MS = HOUR_MS;

export type Gathered = NewNotification & { readonly gather: NonNullable<NewNotification['gather']> };

/** @returns the row as it is now, or undefined if there is nothing to announce */
export async function gatherRow(
  ctx: Context,
  eventId: string,
  notification: Gathered,
  inApp: boolean,
): Promise<NotificationRow | undefined> {
  const { userId } = notification;
  const [rowId, now, group] = [newId(), ctx.now(), rowOf(notification, inApp)];
  const wokenBy = sql`CASE WHEN NOT ${isInOtherRow(notification, inApp)} THEN ${eventId} END`;
  const [, , , rows] = await ctx.db.batch([
    insertRow(ctx, notification, { id: rowId, createdAt: now, inApp, wokenBy }),
    ctx.db.run(recordActor(notification, rowId, inApp)),
    ctx.db.run(countActor(notification, rowId, { eventId, now, inApp })),
    ctx.db.all<NotificationRow & { wokenBy: string | null }>(sql`
      SELECT woken_by AS wokenBy, ${notificationColumns(readThrough(userId))} FROM ${notifications}
      WHERE ${group} AND ${isSoOfSomebody}`),
  ]);
  const [row] = rows;
  return row?.wokenBy === eventId ? row : undefined;
}

function rowOf({ userId, gather: { group } }: Gathered, inApp: boolean): SQL {
  return sql`user_id = ${userId} AND group_key = ${group} AND in_app = ${Number(inApp)}`;
}

/** The user was notified of the actor while the kind had the opposite setting. */
function isInOtherRow(notification: Gathered, inApp: boolean): SQL {
  return sql`EXISTS (SELECT 1 FROM notification_actors WHERE actor_id = ${notification.gather.actorId}
    AND notification_id = (SELECT id FROM notifications WHERE ${rowOf(notification, !inApp)}))`;
}

/**
 * Changes one row if there is an actor to count.
 * @param newRowId the row just inserted, which already checked the claim
 */
function recordActor(notification: Gathered, newRowId: string, inApp: boolean): SQL {
  const { userId, gather } = notification;
  const state = sql`CASE WHEN ${isInOtherRow(notification, inApp)} THEN 'back' ELSE 'new' END`;
  return sql`
    INSERT INTO ${notificationActors} (notification_id, actor_id, user_id, state)
    SELECT id, ${gather.actorId}, user_id, ${state} FROM notifications
    WHERE ${rowOf(notification, inApp)} AND actor_count < ${ACTORS_MAX}
      AND (id = ${newRowId} OR ${stillSo(userId, claimOf(notification))})
    ON CONFLICT DO UPDATE SET state = 'back' WHERE state = 'withdrawn'`;
}

/** NOTE: must follow `recordActor` directly, since `changes()` says whether that changed a row. */
function countActor(
  notification: Gathered,
  newRowId: string,
  { eventId, now, inApp }: { readonly eventId: string; readonly now: number; readonly inApp: boolean },
): SQL {
  const { userId, gather } = notification;
  const { title, body, data, isMade } = storedText(notification);
  const isBack = sql`(SELECT state = 'back' FROM notification_actors
    WHERE notification_id = notifications.id AND actor_id = ${gather.actorId})`;
  const isRead = inApp
    ? sql`(read_at IS NOT NULL OR created_at <= ${readThrough(userId)})`
    : sql`created_at <= ${now - WAITS_OUTSIDE_MS}`;
  const isAnnounced = sql`(NOT ${isBack} AND (woken_by IS NULL OR actor_count = 0 OR ${isRead}))`;
  return sql`
    UPDATE ${notifications} SET
      woken_by = CASE WHEN ${isAnnounced} THEN ${eventId} ELSE woken_by END,
      read_at = CASE WHEN ${isBack} THEN read_at END,
      created_at = CASE WHEN ${inApp ? sql`NOT ${isBack}` : isAnnounced}
        THEN max(created_at, ${int(now)}) ELSE created_at END,
      actor_count = actor_count + 1,
      last_actors = (SELECT json_group_array(value) FROM (
        SELECT ${gather.actorId} AS value
        UNION ALL SELECT value FROM json_each(last_actors) WHERE key < ${literal(LAST_ACTORS - 1)})),
      title = ${title}, body = ${body}, data = ${data}, text_made = ${isMade}
    WHERE ${rowOf(notification, inApp)} AND id <> ${newRowId} AND changes() = 1`;
}

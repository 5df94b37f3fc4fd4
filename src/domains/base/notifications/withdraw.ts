/**
 * Removes notifications that are no longer true. A single notification is deleted; a grouped one loses that actor,
 * disappears when no actor is left, and never becomes unread because of a withdrawal. Each statement is bounded, and a
 * task deletes the rest.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { isBlockBetween } from '@/domains/base/visibility/people';
import { LAST_ACTORS } from './present';
import { notificationActors, notifications } from './tables';

/** Per direction and kind, in a request's batch. */
const ROWS_AT_ONCE = 100;
const LIMIT = sql`LIMIT ${literal(ROWS_AT_ONCE)}`;
/** After this many steps the next message continues, so that no task runs for ever. */
const STEPS_MAX = 20;

/** The user that a row names. NOTE: must match the text of the index. */
export const namedUser = sql.raw(`coalesce(
  json_extract(data, '$.userId'), json_extract(data, '$.senderId'),
  json_extract(data, '$.subscriberId'), json_extract(data, '$.creatorId'))`);

/**
 * Withdraws notifications about this thing and everything below it.
 * @param path ids from the outermost to the innermost
 */
export function withdrawAbout(ctx: Context, path: readonly string[]): Statement {
  return ctx.db.run(withdrawalOf(sql`${path.join('/')}`, LIMIT));
}

/** The same, to be repeated until it changes nothing. @param path with slashes; null: matches nothing */
export function withdrawalOf(path: SQL, limit: SQL): SQL {
  // '0' is the character after '/', so the range contains everything below the path.
  return sql`DELETE FROM notifications WHERE id IN (
    SELECT id FROM notifications WHERE about >= ${path} AND about < ${path} || '0' ${limit})`;
}

/** Removes an actor from a group if the condition holds, which says that the act was undone. */
export function withdrawAct(ctx: Context, userId: string, group: string, actorId: string, condition: SQL): Statement[] {
  return withdrawActs(
    ctx,
    actorId,
    sql`user_id = ${userId} AND ${condition}
      AND notification_id IN (SELECT id FROM notifications WHERE user_id = ${userId} AND group_key = ${group})`,
    LIMIT,
  );
}

/** Removes a group's notification as a whole. @param userIds an id, or a SELECT of ids */
export function withdrawGroup(ctx: Pick<Context, 'db'>, userIds: SQL, group: string): Statement {
  return ctx.db.run(sql`DELETE FROM notifications WHERE user_id IN (${userIds}) AND group_key = ${group}`);
}

export function withdrawFollow(ctx: Context, followerId: string, creatorId: string): Statement {
  return ctx.db.run(sql`DELETE FROM notifications WHERE id IN (
    SELECT id FROM notifications WHERE ${namedUser} = ${followerId} AND user_id = ${creatorId} AND kind = 'follower')`);
}

/**
 * Withdraws the two users' notifications about each other while one blocks the other. Notifications after an unblock
 * stay. So do those about a user's own subscriptions, whoever the creator is.
 */
export function withdrawBetween(ctx: Context, one: string, other: string): Statement[] {
  return [...withdrawDoneBy(ctx, one, other), ...withdrawDoneBy(ctx, other, one)];
}

function withdrawDoneBy(ctx: Context, actorId: string, userId: string): Statement[] {
  const isBlocked = isBlockBetween(actorId, userId);
  return [
    ctx.db.run(sql`DELETE FROM notifications WHERE id IN (
      SELECT id FROM notifications WHERE ${namedUser} = ${actorId} AND user_id = ${userId}
        AND json_extract(data, '$.creatorId') IS NULL AND ${isBlocked} ${LIMIT})`),
    ...withdrawActs(ctx, actorId, sql`user_id = ${userId} AND ${isBlocked}`, LIMIT),
  ];
}

/** @param which a condition that selects among the rows in which the actor is counted */
export function withdrawActs(ctx: Pick<Context, 'db'>, actorId: string | SQL, which: SQL, limit: SQL): Statement[] {
  const ids = sql`SELECT notification_id FROM notification_actors
    WHERE actor_id = ${actorId} AND state <> 'withdrawn' AND ${which} ORDER BY notification_id ${limit}`;
  return [
    ctx.db.run(sql`
      UPDATE ${notifications} SET
        actor_count = actor_count - 1,
        last_actors = CASE WHEN EXISTS (SELECT 1 FROM json_each(last_actors) WHERE value = ${actorId})
          THEN ${lastWithout(actorId)} ELSE last_actors END
      WHERE id IN (${ids})`),
    ctx.db.run(sql`
      UPDATE ${notificationActors} SET state = 'withdrawn'
      WHERE actor_id = ${actorId} AND notification_id IN (${ids})`),
  ];
}

/** The actor who moves up was not among the latest. The order of earlier actors is no longer known. */
function lastWithout(actorId: string | SQL): SQL {
  return sql`(SELECT json_group_array(actor_id) FROM (
    SELECT acted.actor_id FROM notification_actors AS acted
    LEFT JOIN json_each(notifications.last_actors) AS last ON last.value = acted.actor_id
    WHERE acted.notification_id = notifications.id AND acted.state <> 'withdrawn' AND acted.actor_id <> ${actorId}
    ORDER BY last.key IS NULL, last.key, acted.actor_id LIMIT ${literal(LAST_ACTORS)}))`;
}

/** Continues after a block's batch, as long as the block exists. Safe to run twice, and late. */
export async function withdrawRest(ctx: Context, one: string, other: string): Promise<void> {
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const results = (await commit(ctx, withdrawBetween(ctx, one, other))) as D1Result[]; // of statements without rows
    if (results.every(({ meta }) => meta.changes === 0)) return;
  }
  await ctx.queues.tasks.send({ type: 'withdraw-between', one, other });
}

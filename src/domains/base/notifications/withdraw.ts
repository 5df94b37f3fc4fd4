/**
 * Removes notifications that are no longer true. A single notification is deleted; a grouped one loses that actor,
 * disappears when no actor is left, and never becomes unread because of a withdrawal. Each statement is bounded; a task
 * goes on with what it leaves.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { isBlockBetween } from '@/domains/base/visibility/people';
import { LAST_ACTORS } from './present';
import { notificationActors, notifications } from './tables';

/** For each direction and kind, in the batch of a request. */
const ROWS_AT_ONCE = 100;
const LIMIT = sql.raw(`LIMIT ${ROWS_AT_ONCE}`);
/** After these, the next message goes on, so that no task runs without end. */
const STEPS_MAX = 20;

/** The user that a row names, word for word as the index has it. */
export const namedUser = sql.raw(`coalesce(
  json_extract(data, '$.userId'), json_extract(data, '$.senderId'),
  json_extract(data, '$.subscriberId'), json_extract(data, '$.creatorId'))`);

/** Withdraws all about this thing and what hangs on it. @param path ids, from the outside in */
export function withdrawAbout(ctx: Context, path: readonly string[]): Statement {
  return ctx.db.run(withdrawalOf(sql`${path.join('/')}`, LIMIT));
}

/** The same, to be repeated until it changes nothing. @param path with slashes; null: nothing */
export function withdrawalOf(path: SQL, limit: SQL): SQL {
  // A zero comes right after a slash: in between lies all that hangs on the thing.
  return sql`DELETE FROM notifications WHERE id IN (
    SELECT id FROM notifications WHERE about >= ${path} AND about < ${path} || '0' ${limit})`;
}

/** Takes an actor out of a group, where the condition holds that they have taken their act back. */
export function withdrawAct(ctx: Context, userId: string, group: string, actorId: string, condition: SQL): Statement[] {
  return withdrawActs(
    ctx,
    actorId,
    sql`user_id = ${userId} AND ${condition}
      AND notification_id IN (SELECT id FROM notifications WHERE user_id = ${userId} AND group_key = ${group})`,
    LIMIT,
  );
}

export function withdrawFollow(ctx: Context, followerId: string, creatorId: string): Statement {
  return ctx.db.run(sql`DELETE FROM notifications WHERE id IN (
    SELECT id FROM notifications WHERE ${namedUser} = ${followerId} AND user_id = ${creatorId} AND kind = 'follower')`);
}

/**
 * Withdraws what either was notified of about the other, while a block stands between them. After it was lifted, new
 * notifications are theirs to see. Users keep those about their own subscriptions, whoever the creator is.
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

/** @param which limits the rows in which the actor is counted */
export function withdrawActs(ctx: Context, actorId: string, which: SQL, limit: SQL): Statement[] {
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

/** The actor who moves up was not among the last. The order in which earlier actors came is no longer known. */
function lastWithout(actorId: string): SQL {
  return sql`(SELECT json_group_array(actor_id) FROM (
    SELECT acted.actor_id FROM notification_actors AS acted
    LEFT JOIN json_each(notifications.last_actors) AS last ON last.value = acted.actor_id
    WHERE acted.notification_id = notifications.id AND acted.state <> 'withdrawn' AND acted.actor_id <> ${actorId}
    ORDER BY last.key IS NULL, last.key, acted.actor_id LIMIT ${literal(LAST_ACTORS)}))`;
}

/** Goes on with what the batch of a block has left, as long as the block stands. Safe to do twice, and late. */
export async function withdrawRest(ctx: Context, one: string, other: string): Promise<void> {
  for (let steps = 0; steps < STEPS_MAX; steps += 1) {
    const results = (await commit(ctx, withdrawBetween(ctx, one, other))) as D1Result[]; // of statements without rows
    if (results.every(({ meta }) => meta.changes === 0)) return;
  }
  await ctx.queues.tasks.send({ type: 'withdraw-between', one, other });
}

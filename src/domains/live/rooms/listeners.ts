/** Who listened to a stream for a minute or more: written by its room once it is over, and kept for a year. */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { Listener } from '@/contracts/room-figures';
import { int, literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { streams } from '@/domains/live/streams/tables';
import { DAY_MS } from '@/shared/time';

const KEPT_MS = 365 * DAY_MS;
const ROWS_A_PAGE = 500;
const ROWS_A_SWEEP = 1_000;

/**
 * Keeps the first report of each listener, so an interrupted report is simply repeated. Ignores the creator, users who
 * were deleted meanwhile, and rooms that are no streams.
 */
export async function recordListeners(
  { db }: Pick<Context, 'db'>,
  streamId: string,
  listeners: readonly Listener[],
): Promise<void> {
  for (let start = 0; start < listeners.length; start += ROWS_A_PAGE) {
    const page = JSON.stringify(listeners.slice(start, start + ROWS_A_PAGE));
    await db.run(sql`
      INSERT OR IGNORE INTO stream_listeners (user_id, creator_id, stream_id, seconds, ended_at)
      SELECT listener.id, stream.creator_id, stream.id, heard.value ->> 'seconds', stream.ended_at
      FROM json_each(${page}) heard
      JOIN ${streams} stream ON stream.id = ${streamId} AND stream.ended_at IS NOT NULL
      JOIN ${users} listener ON listener.id = heard.value ->> 'userId'
        AND listener.id <> stream.creator_id AND listener.status <> 'deleted'`);
  }
}

/** @returns whether there is more to do */
export async function sweepListeners(ctx: Context): Promise<boolean> {
  const { meta } = await ctx.db.run(sql`
    DELETE FROM stream_listeners WHERE (user_id, creator_id, stream_id) IN (
      SELECT user_id, creator_id, stream_id FROM stream_listeners
      WHERE ended_at < ${int(ctx.now() - KEPT_MS)} ORDER BY ended_at LIMIT ${literal(ROWS_A_SWEEP)})`);
  return meta.changes === ROWS_A_SWEEP;
}

/** For the end of a listener's account. Repeat it until it changes no row. */
export function forgetListening(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`
    DELETE FROM stream_listeners WHERE (user_id, creator_id, stream_id) IN (
      SELECT user_id, creator_id, stream_id FROM stream_listeners WHERE user_id = ${userId} ${limit})`);
}

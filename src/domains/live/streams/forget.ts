/**
 * For the end of an account: what it watched goes, and rooms forget what it said; its streams stay without a word of it,
 * since gifts hang on them, and what it had announced is called off.
 */
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { int } from '@/db/sql';
import { callOff } from './call-off';
import { roomTraces, streams, watchedCategories } from './tables';

const ROOMS_A_STEP = 50;

export function forgetWatched(ctx: Context, userId: string): Statement {
  return ctx.db.delete(watchedCategories).where(eq(watchedCategories.userId, userId));
}

/** Their waiting rooms are told. Answers how many there were: none means that none is left. */
export function callOffScheduled(ctx: Context, creatorId: string): Promise<number> {
  return callOff(ctx, eq(streams.creatorId, creatorId), { title: '', description: '' });
}

/** Repeated until it changes nothing. */
export function blankStreams(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`
    UPDATE streams SET title = '', description = '', category = NULL, thumbnail_url = NULL, recording_url = NULL,
      updated_at = max(updated_at + 1, ${int(ctx.now())})
    WHERE id IN (SELECT id FROM streams INDEXED BY streams_with_words WHERE creator_id = ${userId}
      AND (title <> '' OR description <> '' OR category IS NOT NULL OR thumbnail_url IS NOT NULL
        OR recording_url IS NOT NULL) ${limit})`);
}

/** Of all that have a word of the user, their own among them. Answers how many there were: none means that none is left. */
export async function forgetInRooms(ctx: Context, userId: string): Promise<number> {
  const rows = await ctx.db
    .select({ roomId: roomTraces.roomId })
    .from(roomTraces)
    .where(eq(roomTraces.userId, userId))
    .limit(ROOMS_A_STEP);
  if (rows.length === 0) return 0;
  const ids = rows.map(({ roomId }) => roomId);
  await commit(
    ctx,
    [ctx.db.delete(roomTraces).where(and(eq(roomTraces.userId, userId), inArray(roomTraces.roomId, ids)))],
    { events: ids.map((roomId): OutboxEvent => ({ kind: 'room', roomId, command: { type: 'forget-user', userId } })) },
  );
  return ids.length;
}

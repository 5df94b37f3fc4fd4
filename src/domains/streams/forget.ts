/**
 * For the end of an account: what it watched goes; its streams stay without a word of it, since gifts hang on them, and
 * what it had announced is called off.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, type Statement } from '@/db/commit';
import { channels } from '@/domains/channels/tables';
import { changeStream, STREAM_RACES, untilUnchanged } from './change-stream';
import { setupEvent } from './room-setup';
import { streams, watchedCategories } from './tables';

const STREAMS_A_STEP = 20;

export function forgetWatched(ctx: Context, userId: string): Statement {
  return ctx.db.delete(watchedCategories).where(eq(watchedCategories.userId, userId));
}

/** Whoever waits in their rooms is told. Answers how many there were: none means that none is left. */
export function callOffScheduled(ctx: Context, creatorId: string): Promise<number> {
  return untilUnchanged(async () => {
    const rows = await ctx.db
      .select({ stream: streams, channel: channels })
      .from(streams)
      .innerJoin(channels, eq(channels.id, streams.channelId))
      .where(and(eq(streams.creatorId, creatorId), sql`streams.status = 'scheduled'`))
      .limit(STREAMS_A_STEP);
    const changes = rows.map(({ stream, channel }) => ({
      channel,
      ...changeStream(ctx, stream, { status: 'cancelled', title: '', description: '' }),
    }));
    await commit(
      ctx,
      changes.flatMap(({ statements }) => statements),
      { events: changes.map(({ row, channel }) => setupEvent(row, channel)), refusals: STREAM_RACES },
    );
    return rows.length;
  });
}

/** Repeated until it changes nothing. */
export function blankStreams(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`
    UPDATE streams SET title = '', description = '', category = NULL, thumbnail_url = NULL, recording_url = NULL,
      updated_at = max(updated_at + 1, CAST(${ctx.now()} AS INTEGER))
    WHERE id IN (SELECT id FROM streams WHERE creator_id = ${userId}
      AND (title <> '' OR description <> '' OR category IS NOT NULL OR thumbnail_url IS NOT NULL
        OR recording_url IS NOT NULL) ${limit})`);
}

/**
 * Cancels streams that never began: missed shows and abandoned drafts. Otherwise a missed show would head the list of
 * upcoming streams for ever. Their waiting rooms are notified.
 */

import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { channels } from '@/domains/live/channels/tables';
import { DAY_MS } from '@/shared/time';
import { changeStream, STREAM_RACES, untilUnchanged } from './change-stream';
import { MISSED_AFTER_MS } from './channel-state';
import { setupEvent } from './room-setup';
import { type StreamRow, streams } from './tables';

const STREAMS_A_STEP = 20;
const DRAFT_KEPT_MS = 30 * DAY_MS;

/** Cancels some missed shows and some old drafts. Returns whether there may be more. */
export async function callOffMissed(ctx: Context): Promise<boolean> {
  const now = ctx.now();
  // Each condition is worded as in its partial index.
  const missed = sql`scheduled_for IS NOT NULL AND scheduled_for <= ${now - MISSED_AFTER_MS}`;
  const left = sql`scheduled_for IS NULL AND prepared = 0 AND streams.updated_at <= ${now - DRAFT_KEPT_MS}`;
  const counts = [await callOff(ctx, missed), await callOff(ctx, left)];
  return counts.includes(STREAMS_A_STEP);
}

/** Cancels some of the scheduled streams that match. Returns how many. */
export function callOff(ctx: Context, condition: SQL, more: Partial<StreamRow> = {}): Promise<number> {
  return untilUnchanged(async () => {
    const rows = await ctx.db
      .select({ stream: streams, channel: channels })
      .from(streams)
      .innerJoin(channels, eq(channels.id, streams.channelId))
      .where(and(sql`streams.status = 'scheduled'`, condition))
      .limit(STREAMS_A_STEP);
    const changes = rows.map(({ stream, channel }) => ({
      channel,
      ...changeStream(ctx, stream, { status: 'cancelled', ...more }),
    }));
    await commit(
      ctx,
      changes.flatMap(({ statements }) => statements),
      { events: changes.map(({ row, channel }) => setupEvent(row, channel)), refusals: STREAM_RACES },
    );
    return rows.length;
  });
}

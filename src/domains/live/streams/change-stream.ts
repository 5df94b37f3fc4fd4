/**
 * Changes a stream that was read before. The batch commits only if the row is unchanged since; otherwise the use case
 * reads it again. This keeps rules over several rows true without locks.
 */

import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { type Refusals, requireThat } from '@/db/commit';
import { isActiveUser } from '@/domains/base/visibility/people';
import { type ChannelRow, channels } from '@/domains/live/channels/tables';
import { AppError } from '@/http/errors';
import { streamError } from './errors';
import { type StreamRow, streams } from './tables';

const ATTEMPTS_MAX = 8;

const changedMeanwhile = () => streamError('CHANGED_MEANWHILE');
/** The column by which SQLite reports a conflict on `streams_one_live_per_channel`. */
const ONE_LIVE = 'streams.channel_id';

/** The conflicts that a change may meet, as refusals. */
export const STREAM_RACES: Refusals = {
  DEMAND_NOT_MET: changedMeanwhile,
  [ONE_LIVE]: () => streamError('ALREADY_LIVE'),
};

/** For callers that read again instead, and continue with the stream that went live. */
export const RACES_TO_READ_AGAIN: Refusals = { DEMAND_NOT_MET: changedMeanwhile, [ONE_LIVE]: changedMeanwhile };

type Changes = Partial<Omit<StreamRow, 'id' | 'channelId' | 'creatorId' | 'createdAt' | 'updatedAt'>>;

/** Returns the new row, and statements that write it or abort their batch with DEMAND_NOT_MET. */
export function changeStream(
  ctx: Context,
  stream: StreamRow,
  changes: Changes,
): { row: StreamRow; statements: Statement[] } {
  const changed = { ...changes, updatedAt: laterThan(ctx, stream) };
  const isUnchanged = sql`EXISTS (SELECT 1 FROM ${streams} WHERE id = ${stream.id} AND updated_at = ${stream.updatedAt})`;
  return {
    row: { ...stream, ...changed },
    statements: [requireThat(ctx, isUnchanged), ctx.db.update(streams).set(changed).where(eq(streams.id, stream.id))],
  };
}

/** Aborts the batch if the channel's settings changed since it was read. */
export function requireUnchangedChannel(ctx: Context, channel: ChannelRow): Statement {
  return requireThat(ctx, isUnchangedChannel(channel));
}

/** Also if its creator was banned. */
export function requireReadyChannel(ctx: Context, channel: ChannelRow): Statement {
  return requireThat(ctx, sql`${isUnchangedChannel(channel)} AND ${isActiveUser(channel.creatorId)}`);
}

function isUnchangedChannel({ id, updatedAt }: ChannelRow): SQL {
  return sql`EXISTS (SELECT 1 FROM ${channels} WHERE id = ${id} AND updated_at = ${updatedAt})`;
}

/** The current time, or just after the row's: two changes within a millisecond stay in order. */
export function laterThan(ctx: Context, row: { readonly updatedAt: number }): number {
  return Math.max(ctx.now(), row.updatedAt + 1);
}

/** Repeats the attempt while others change the same rows. Throws CHANGED_MEANWHILE after the last attempt. */
export async function untilUnchanged<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      const raced = error instanceof AppError && error.code === 'CHANGED_MEANWHILE';
      if (!raced || tries === ATTEMPTS_MAX) throw error;
    }
  }
}

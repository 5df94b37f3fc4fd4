/** A stream ends: once, for good, and its room hears. What the room counted is written by the room. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit } from '@/db/commit';
import type { Channel } from '@/domains/channels/ensure';
import { raiseMediaMark } from '@/domains/channels/media-mark';
import { changeStream, STREAM_RACES, untilUnchanged } from './change-stream';
import { findStreamOnChannel, getStreamOnChannel, type StreamRow } from './channel-state';
import { streamError } from './errors';
import { setupEvent } from './room-setup';
import { streamLive } from './tables';

export type EndReason = 'creator' | 'staff' | 'encoder-lost';

/**
 * One that has ended is answered as it is. Whether the caller may is for the caller to check.
 * Throws STREAM_NOT_FOUND, STREAM_NOT_LIVE.
 */
export async function endStream(
  ctx: Context,
  streamId: string,
  why: Exclude<EndReason, 'encoder-lost'>,
): Promise<StreamRow> {
  return untilUnchanged(async () => {
    const { stream, channel } = await getStreamOnChannel(ctx, streamId);
    if (stream.status === 'ended') return stream;
    if (stream.status !== 'live') throw streamError('STREAM_NOT_LIVE');
    return end(ctx, channel, stream, why);
  });
}

/** Does nothing if the encoder came back, even if it was lost again: that loss has a task of its own. */
export async function endIfStillLost(ctx: Context, streamId: string, lostAt: number): Promise<void> {
  await untilUnchanged(async () => {
    const found = await findStreamOnChannel(ctx, streamId);
    if (found?.stream.status !== 'live' || found.stream.ingressLostAt !== lostAt) return;
    await end(ctx, found.channel, found.stream, 'encoder-lost');
  });
}

async function end(ctx: Context, channel: Channel, stream: StreamRow, why: EndReason): Promise<StreamRow> {
  const endedAt = ctx.now();
  const ended = changeStream(ctx, stream, { status: 'ended', endedAt, ingressLostAt: null });
  const statements = [...ended.statements, ctx.db.delete(streamLive).where(eq(streamLive.streamId, stream.id))];
  // Its encoder may still run: what it said before must not start the next stream. After a lost encoder it is the
  // other way round: one that came back too late for this stream starts the next.
  if (why !== 'encoder-lost') statements.push(raiseMediaMark(ctx, channel.id, endedAt));
  await commit(ctx, statements, { events: [setupEvent(ended.row, channel)], refusals: STREAM_RACES });
  ctx.log.event('stream.ended', { streamId: stream.id, channelId: channel.id, why });
  return ended.row;
}

/**
 * A stream ends: once, for good, and its room hears; its video room is closed. What the room counted is written by the
 * room.
 */

import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { commit } from '@/db/commit';
import type { ChannelRow } from '@/domains/live/channels/tables';
import { drawVideoRoom, ENCODER_REFUSED_MS, streamVideoRoomOf } from '@/domains/live/channels/video-room';
import { closeCount } from '@/domains/live/rooms/figures';
import { SECOND_MS } from '@/shared/time';
import { changeStream, STREAM_RACES, untilUnchanged } from './change-stream';
import { findStreamOnChannel, getStreamOnChannel } from './channel-state';
import { streamError } from './errors';
import { findPicture } from './media-events';
import { setupEvent } from './room-setup';
import type { StreamRow } from './tables';
import { askPictureOf } from './video-truth';

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

/**
 * Does nothing if the encoder came back, even if it was lost again: that loss has a task of its own. LiveKit is asked
 * once more: an event saying that the picture is back may have been lost.
 */
export async function endIfStillLost(ctx: Context, streamId: string, lostAt: number): Promise<void> {
  await untilUnchanged(async () => {
    const found = await findStreamOnChannel(ctx, streamId);
    if (found?.stream.status !== 'live' || found.stream.ingressLostAt !== lostAt) return;
    const { stream, channel } = found;
    const picture = await askPictureOf(ctx, stream);
    if (picture === 'there' || picture === 'from-browser') {
      const back = findPicture(ctx, channel, stream, picture === 'there' ? {} : { ingressId: null });
      await commit(ctx, back.statements, { events: back.events, refusals: STREAM_RACES });
    } else await end(ctx, channel, stream, 'encoder-lost');
  });
}

async function end(ctx: Context, channel: ChannelRow, stream: StreamRow, why: EndReason): Promise<StreamRow> {
  const endedAt = ctx.now();
  const ended = changeStream(ctx, stream, { status: 'ended', endedAt, ingressLostAt: null });
  // Its encoder may still run: what it said before must not start the next stream, and it is refused for a while. After
  // a lost encoder it is the other way round: one that came back too late for this stream starts the next.
  const isExplicit = why !== 'encoder-lost';
  const refused = isExplicit && stream.ingressId !== null && stream.ingressLostAt === null;
  const events: OutboxEvent[] = [
    setupEvent(ended.row, channel),
    { kind: 'close-video', channelId: channel.id, room: streamVideoRoomOf(stream) },
  ];
  if (refused)
    events.push({
      kind: 'task',
      task: { type: 'align-ingress', channelId: channel.id },
      delaySeconds: ENCODER_REFUSED_MS / SECOND_MS + 1,
    });
  await commit(
    ctx,
    [
      ...ended.statements,
      closeCount(ctx, stream.id),
      drawVideoRoom(ctx, channel.id, { over: isExplicit ? endedAt : undefined, refused }),
    ],
    { events, refusals: STREAM_RACES },
  );
  ctx.log.event('stream.ended', { streamId: stream.id, channelId: channel.id, why });
  return ended.row;
}

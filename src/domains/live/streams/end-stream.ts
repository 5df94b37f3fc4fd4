/**
 * Ends a stream, once and for good: notifies its room and closes its video room. The room itself reports its figures.
 */

import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, NOTHING, type Plan } from '@/db/commit';
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
 * Returns a stream that has already ended as it is. The caller must check the user's right to end it. Throws
 * STREAM_NOT_FOUND, STREAM_NOT_LIVE.
 */
export async function endStream(
  ctx: Context,
  streamId: string,
  why: Exclude<EndReason, 'encoder-lost'>,
  also: Plan = NOTHING,
): Promise<StreamRow> {
  return untilUnchanged(async () => {
    const { stream, channel } = await getStreamOnChannel(ctx, streamId);
    if (stream.status === 'ended') return stream;
    if (stream.status !== 'live') throw streamError('STREAM_NOT_LIVE');
    return end(ctx, channel, stream, why, also);
  });
}

/**
 * Does nothing if the encoder came back, even if it was lost again: that loss has its own task. Asks LiveKit once more,
 * because the event that the picture is back may have been lost.
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

async function end(
  ctx: Context,
  channel: ChannelRow,
  stream: StreamRow,
  why: EndReason,
  also: Plan = NOTHING,
): Promise<StreamRow> {
  const { row, statements, events } = planEnd(ctx, channel, stream, why);
  await commit(ctx, [...statements, ...also.statements], {
    events: [...events, ...also.events],
    refusals: STREAM_RACES,
  });
  ctx.log.event('stream.ended', { streamId: stream.id, channelId: channel.id, why });
  return row;
}

/** The end of a live stream as a part of a batch. @param also further changes of the row */
export function planEnd(
  ctx: Context,
  channel: ChannelRow,
  stream: StreamRow,
  why: EndReason,
  also: Partial<Pick<StreamRow, 'hiddenAt' | 'keptUntil'>> = {},
): { row: StreamRow; statements: Statement[]; events: OutboxEvent[] } {
  const endedAt = ctx.now();
  const ended = changeStream(ctx, stream, { status: 'ended', endedAt, ingressLostAt: null, ...also });
  // The encoder may still be running: its earlier events must not start the next stream, so it is refused for a while.
  // After a lost encoder the opposite holds: if it returns too late for this stream, it starts the next.
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
  return {
    row: ended.row,
    statements: [
      ...ended.statements,
      closeCount(ctx, stream.id),
      drawVideoRoom(ctx, channel.id, { over: isExplicit ? endedAt : undefined, refused }),
    ],
    events,
  };
}

/** Takes a stream live, once, if no other is live on its channel. Its room and followers are notified. */

import type { Context } from '@/contracts/context';
import { commit, NOTHING, type Plan } from '@/db/commit';
import { announceLive } from '@/domains/base/notifications/broadcast';
import type { ChannelRow } from '@/domains/live/channels/tables';
import { allowEncoder, isEncoderRefused, videoRoomOf } from '@/domains/live/channels/video-room';
import { openCount } from '@/domains/live/rooms/figures';
import { newId } from '@/shared/ids';
import { changeStream, requireReadyChannel, STREAM_RACES, untilUnchanged } from './change-stream';
import { getStreamOnChannel } from './channel-state';
import { streamError } from './errors';
import { announcedChanges, setupEvent } from './room-setup';
import { type StreamRow, streams } from './tables';

/** What a creator says about a stream. */
export type Details = Partial<
  Pick<StreamRow, 'title' | 'description' | 'category' | 'thumbnailUrl' | 'visibility' | 'showViewers'>
>;

export interface Start extends Plan {
  readonly row: StreamRow;
}

/**
 * For a creator who publishes from a browser, or will start the encoder. The caller must check the user's right to do
 * so. Returns a stream that is already live as it is. Throws STREAM_NOT_FOUND, ALREADY_LIVE, STREAM_ENDED,
 * STREAM_CANCELLED.
 */
export async function goLive(ctx: Context, streamId: string): Promise<StreamRow> {
  return untilUnchanged(async () => {
    const { stream, channel } = await getStreamOnChannel(ctx, streamId);
    switch (stream.status) {
      case 'live':
        return stream;
      case 'ended':
        throw streamError('STREAM_ENDED');
      case 'cancelled':
        throw streamError('STREAM_CANCELLED');
      case 'scheduled': {
        const { row, statements, events } = startStream(ctx, channel, stream, null);
        const welcome = letEncoderIn(ctx, channel);
        await commit(ctx, [...statements, ...welcome.statements], {
          events: [...events, ...welcome.events],
          refusals: STREAM_RACES,
        });
        ctx.log.event('stream.live', { streamId, channelId: channel.id, source: 'browser' });
        return row;
      }
    }
  });
}

/** Allows an encoder that was refused after the last show: its creator is preparing or starting the next one. */
export function letEncoderIn(ctx: Context, channel: ChannelRow): Plan {
  if (!isEncoderRefused(ctx, channel)) return NOTHING;
  return {
    statements: [allowEncoder(ctx, channel.id)],
    events: [{ kind: 'task', task: { type: 'align-ingress', channelId: channel.id } }],
  };
}

/**
 * Takes a scheduled stream live.
 * @param ingressId null if it is published from a browser
 * @param details what its creator changes with the start
 */
export function startStream(
  ctx: Context,
  channel: ChannelRow,
  stream: StreamRow,
  ingressId: string | null,
  details: Details = {},
): Start {
  const startedAt = ctx.now();
  const started = changeStream(ctx, stream, {
    ...details,
    status: 'live',
    startedAt,
    ingressId,
    ingressLostAt: null,
    mediaRoom: videoRoomOf(channel),
    publishedAt: ingressId === null ? null : startedAt,
  });
  const announced = announceLive(ctx, started.row);
  return {
    row: started.row,
    statements: [
      requireReadyChannel(ctx, channel),
      ...started.statements,
      openCount(ctx, stream.id),
      ...announced.statements,
    ],
    events: [setupEvent(started.row, channel, announcedChanges(details)), ...announced.events],
  };
}

/** For a start while nothing is prepared: creates a stream from the channel's defaults. Otherwise as `startStream`. */
export function startFromDefaults(
  ctx: Context,
  channel: ChannelRow,
  ingressId: string | null,
  details: Details = {},
): Start {
  const startedAt = ctx.now();
  const row: StreamRow = {
    ...fromDefaults(ctx, channel),
    ...details,
    status: 'live',
    startedAt,
    ingressId,
    mediaRoom: videoRoomOf(channel),
    publishedAt: ingressId === null ? null : startedAt,
  };
  const announced = announceLive(ctx, row);
  return {
    row,
    statements: [
      requireReadyChannel(ctx, channel),
      ctx.db.insert(streams).values(row),
      openCount(ctx, row.id),
      ...announced.statements,
    ],
    events: [setupEvent(row, channel), ...announced.events],
  };
}

/** A scheduled stream with the channel's defaults; not yet in the database. */
export function fromDefaults(ctx: Context, channel: ChannelRow): StreamRow {
  const now = ctx.now();
  return {
    id: newId(),
    channelId: channel.id,
    creatorId: channel.creatorId,
    title: channel.title,
    description: channel.description,
    category: channel.category,
    thumbnailUrl: channel.thumbnail,
    visibility: 'public',
    showViewers: true,
    status: 'scheduled',
    scheduledFor: null,
    prepared: false,
    startedAt: null,
    endedAt: null,
    ingressId: null,
    ingressLostAt: null,
    mediaRoom: null,
    publishedAt: null,
    peakViewers: 0,
    rankingPeak: null,
    recordingUrl: null,
    hiddenAt: null,
    keptUntil: null,
    createdAt: now,
    updatedAt: now,
  };
}

/**
 * The video room of a channel's live show, or of its next one. Every end of a show draws a new one, so viewers who stay
 * in the old room are not in the next show.
 */

import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import { type StreamRow, streams } from '@/domains/live/streams/tables';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import { type ChannelRow, channels } from './tables';

/** How long a running encoder is refused after an explicit end, unless its creator prepares the next show. */
export const ENCODER_REFUSED_MS = MINUTE_MS;

export function videoRoomOf({ id, mediaRoom }: Pick<ChannelRow, 'id' | 'mediaRoom'>): string {
  return mediaRoom ?? id;
}

/** Streams that went live before shows had rooms of their own use the room named after the channel. */
export function streamVideoRoomOf({ mediaRoom, channelId }: Pick<StreamRow, 'mediaRoom' | 'channelId'>): string {
  return mediaRoom ?? channelId;
}

/** Same as `streamVideoRoomOf`, for a SELECT that has `streams` in it. */
export const streamVideoRoom = sql<string>`coalesce(${streams.mediaRoom}, ${streams.channelId})`;

/**
 * The live stream's video room, for a SELECT that has `channels` in it; null if no stream is live. It is the channel's
 * own, except for a stream that an older version started.
 */
export const liveRoom = sql<string | null>`(SELECT ${streamVideoRoom} FROM ${streams}
  WHERE channel_id = channels.id AND status = 'live')`;

/**
 * For the end of a show. Counts as a change of the settings, so that no stream starts in the old room.
 * @param over for an explicit end: provider events before this time (ms) are ignored
 * @param refused whether to refuse the encoder for a while
 */
export function drawVideoRoom(
  ctx: Context,
  channelId: string,
  { over = 0, refused }: { over?: number | undefined; refused: boolean },
): Statement {
  const now = ctx.now();
  return ctx.db
    .update(channels)
    .set({
      mediaRoom: newId(),
      encoderRefusedUntil: refused ? now + ENCODER_REFUSED_MS : null,
      mediaEventAt: sql`max(${channels.mediaEventAt}, ${int(over)})`,
      updatedAt: sql`max(${channels.updatedAt} + 1, ${int(now)})`,
    })
    .where(eq(channels.id, channelId));
}

export function isEncoderRefused(ctx: Pick<Context, 'now'>, channel: Pick<ChannelRow, 'encoderRefusedUntil'>): boolean {
  return (channel.encoderRefusedUntil ?? 0) > ctx.now();
}

/** For preparing or starting the next show. */
export function allowEncoder(ctx: Context, channelId: string): Statement {
  return ctx.db.update(channels).set({ encoderRefusedUntil: null }).where(eq(channels.id, channelId));
}

/**
 * The video room of a channel's next show, or of its live one. It is drawn anew at every end, so that viewers who stay in
 * the old one are not there for the next show.
 */

import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import { type StreamRow, streams } from '@/domains/live/streams/tables';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import { type ChannelRow, channels } from './tables';

/** How long an encoder that still sends is refused after an explicit end, unless its creator prepares the next show. */
export const ENCODER_REFUSED_MS = MINUTE_MS;

export function videoRoomOf({ id, mediaRoom }: Pick<ChannelRow, 'id' | 'mediaRoom'>): string {
  return mediaRoom ?? id;
}

/** A stream that went live before each show had a video room of its own is in the one that is named after the channel. */
export function streamVideoRoomOf({ mediaRoom, channelId }: Pick<StreamRow, 'mediaRoom' | 'channelId'>): string {
  return mediaRoom ?? channelId;
}

/** The same for a SELECT that has `streams` in it. */
export const streamVideoRoom = sql<string>`coalesce(${streams.mediaRoom}, ${streams.channelId})`;

/**
 * The video room of the stream that is live, for a SELECT that has `channels` in it; null if none is. It is the
 * channel's own, except for a stream that the version before has started.
 */
export const liveRoom = sql<string | null>`(SELECT ${streamVideoRoom} FROM ${streams}
  WHERE channel_id = channels.id AND status = 'live')`;

/**
 * For the end of a show. Counts as a change of the settings, so that nobody starts a stream in the old room.
 * @param over set for an explicit end: what the provider said before that moment (ms) is over
 * @param refused whether the encoder is refused for a while
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

/** For who prepares or starts the next show. */
export function allowEncoder(ctx: Context, channelId: string): Statement {
  return ctx.db.update(channels).set({ encoderRefusedUntil: null }).where(eq(channels.id, channelId));
}

/** A channel with its live stream and its prepared one: the state that decides what a stream may do. */

import { desc, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { requireThat } from '@/db/commit';
import { isOpen } from '@/domains/base/visibility/streams';
import { ensureChannel } from '@/domains/live/channels/ensure';
import { type ChannelRow, channels } from '@/domains/live/channels/tables';
import { streamVideoRoomOf, videoRoomOf } from '@/domains/live/channels/video-room';
import { HOUR_MS } from '@/shared/time';
import { streamError } from './errors';
import { type StreamRow, streams } from './tables';

export interface ChannelState {
  readonly channel: ChannelRow;
  readonly live: StreamRow | undefined;
  /** The stream that the next ingress takes live: what its creator prepared, or a newer show whose time has come. */
  readonly prepared: StreamRow | undefined;
}

type ChannelName =
  | { readonly channelId: string }
  | { readonly creatorId: string }
  | { readonly ingressId: string }
  /** The channel's current video room, or its former one, where rooms were named after channels. */
  | { readonly room: string };

/** A show may start from an hour before its date until an hour after it. */
const EARLY_MS = HOUR_MS;
export const MISSED_AFTER_MS = HOUR_MS;

/** One batch with three look-ups by index. */
export async function findChannelState(ctx: Context, name: ChannelName): Promise<ChannelState | undefined> {
  const named = whereNamed(name);
  const ofChannel = (column: 'id' | 'creatorId') => ctx.db.select({ it: channels[column] }).from(channels).where(named);
  const [[channel], [live], [prepared]] = await ctx.db.batch([
    ctx.db.select().from(channels).where(named),
    ctx.db
      .select()
      .from(streams)
      .where(sql`${inArray(streams.channelId, ofChannel('id'))} AND status = 'live'`),
    ctx.db
      .select()
      .from(streams)
      .where(sql`${inArray(streams.creatorId, ofChannel('creatorId'))} AND ${isPrepared(ctx)}`)
      .orderBy(desc(streams.id))
      .limit(1),
  ]);
  return channel && { channel, live, prepared };
}

/** The creator's own channel, created if it is missing. */
export async function ownChannelState(ctx: Context, creatorId: string): Promise<ChannelState> {
  const found = await findChannelState(ctx, { creatorId });
  return found ?? { channel: await ensureChannel(ctx, creatorId), live: undefined, prepared: undefined };
}

/** Aborts the batch with DEMAND_NOT_MET if another stream is live or prepared meanwhile. */
export function requireSameStreams(ctx: Context, { channel, live, prepared }: ChannelState): Statement {
  return requireThat(
    ctx,
    sql`(SELECT id FROM streams WHERE channel_id = ${channel.id} AND status = 'live') IS ${live?.id ?? null}
      AND (SELECT id FROM streams WHERE creator_id = ${channel.creatorId} AND ${isPrepared(ctx)} ORDER BY id DESC LIMIT 1)
        IS ${prepared?.id ?? null}`,
  );
}

/** The same condition as `isPrepared`, for a row that is scheduled. */
export function isForNow(
  ctx: Context,
  { prepared, scheduledFor }: Pick<StreamRow, 'prepared'> & { readonly scheduledFor?: number | null | undefined },
): boolean {
  const now = ctx.now();
  const isDue = scheduledFor != null && scheduledFor > now - MISSED_AFTER_MS && scheduledFor <= now + EARLY_MS;
  return prepared || isDue;
}

function isPrepared(ctx: Context): SQL {
  return sql`${isOpen()} AND status = 'scheduled'
    AND (prepared = 1 OR scheduled_for > ${ctx.now() - MISSED_AFTER_MS} AND scheduled_for <= ${ctx.now() + EARLY_MS})`;
}

interface StreamOnChannel {
  readonly stream: StreamRow;
  readonly channel: ChannelRow;
}

export function findStreamOnChannel(ctx: Context, streamId: string): Promise<StreamOnChannel | undefined> {
  return ctx.db
    .select({ stream: streams, channel: channels })
    .from(streams)
    .innerJoin(channels, eq(channels.id, streams.channelId))
    .where(eq(streams.id, streamId))
    .get();
}

/** Throws STREAM_NOT_FOUND. */
export async function getStreamOnChannel(ctx: Context, streamId: string): Promise<StreamOnChannel> {
  const found = await findStreamOnChannel(ctx, streamId);
  if (!found) throw streamError('STREAM_NOT_FOUND');
  return found;
}

/** The video room of the live show, or else of the next one. */
export function currentRoomOf({ channel, live }: Pick<ChannelState, 'channel' | 'live'>): string {
  return live ? streamVideoRoomOf(live) : videoRoomOf(channel);
}

function whereNamed(name: ChannelName): SQL {
  if ('channelId' in name) return sql`${channels.id} = ${name.channelId}`;
  if ('room' in name) return sql`(${channels.mediaRoom} = ${name.room} OR ${channels.id} = ${name.room})`;
  return 'creatorId' in name
    ? sql`${channels.creatorId} = ${name.creatorId}`
    : sql`${channels.ingressId} = ${name.ingressId}`;
}

/**
 * Reads both sides of what is on air, completely and in pages: D1's streams and stream keys, and LiveKit's ingresses
 * and video rooms. If LiveKit does not answer, its side is unknown.
 */

import { and, asc, gt, isNotNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { IngressSeen, RoomSeen } from '@/contracts/media';
import { readIdentity } from '@/domains/live/channels/media-identity';
import { channels } from '@/domains/live/channels/tables';
import { liveRoom, streamVideoRoom, streamVideoRoomOf } from '@/domains/live/channels/video-room';
import { AppError } from '@/http/errors';
import { SECOND_MS } from '@/shared/time';
import { type StreamRow, streams } from './tables';

/** LiveKit counts a room's publishers every few seconds, so it may not know the latest change. */
export const SETTLE_MS = 15 * SECOND_MS;
const PAGE_SIZE = 500;
const PAGES_MAX = 40;

export interface LiveStream {
  readonly id: string;
  readonly channelId: string;
  readonly room: string;
  readonly ingressId: string | null;
  readonly startedAt: number | null;
  readonly publishedAt: number | null;
  readonly lostAt: number | null;
  readonly updatedAt: number;
}

/** A channel with a stream key. */
export interface KeyedChannel {
  readonly id: string;
  readonly creatorId: string;
  readonly ingressId: string;
  readonly ingressType: 'RTMP' | 'WHIP' | null;
  readonly ingressLostAt: number | null;
  readonly quality: 'source' | '720p' | '1080p';
  readonly mediaRoom: string | null;
  readonly liveRoom: string | null;
  readonly encoderRefusedUntil: number | null;
  readonly mediaEventAt: number;
}

export interface Media {
  readonly ingresses: ReadonlyMap<string, IngressSeen> | undefined;
  readonly rooms: ReadonlyMap<string, RoomSeen> | undefined;
  readonly seesBrowsers: boolean;
}

export function readLive(ctx: Context): Promise<LiveStream[]> {
  return readPages((after) =>
    ctx.db
      .select({
        id: streams.id,
        channelId: streams.channelId,
        room: streamVideoRoom,
        ingressId: streams.ingressId,
        startedAt: streams.startedAt,
        publishedAt: streams.publishedAt,
        lostAt: streams.ingressLostAt,
        updatedAt: streams.updatedAt,
      })
      .from(streams)
      .where(and(sql`status = 'live'`, gt(streams.id, after)))
      .orderBy(asc(streams.id))
      .limit(PAGE_SIZE),
  );
}

export function readKeyed(ctx: Context): Promise<KeyedChannel[]> {
  return readPages((after) =>
    ctx.db
      .select({
        id: channels.id,
        creatorId: channels.creatorId,
        ingressId: sql<string>`${channels.ingressId}`,
        ingressType: channels.ingressType,
        ingressLostAt: channels.ingressLostAt,
        quality: channels.quality,
        mediaRoom: channels.mediaRoom,
        liveRoom,
        encoderRefusedUntil: channels.encoderRefusedUntil,
        mediaEventAt: channels.mediaEventAt,
      })
      .from(channels)
      .where(and(isNotNull(channels.ingressId), gt(channels.id, after)))
      .orderBy(asc(channels.id))
      .limit(PAGE_SIZE),
  );
}

async function readPages<Row extends { readonly id: string }>(read: (after: string) => Promise<Row[]>): Promise<Row[]> {
  const all: Row[] = [];
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const rows = await read(all.at(-1)?.id ?? '');
    all.push(...rows);
    if (rows.length < PAGE_SIZE) break;
  }
  return all;
}

/** Two calls, whatever the number. Asks for ingresses only if someone has a key. */
export async function askMedia(ctx: Context, hasKeys: boolean): Promise<Media> {
  const [ingresses, rooms] = await Promise.all([
    hasKeys ? unlessAway(ctx, ctx.media.listIngresses()) : undefined,
    unlessAway(ctx, ctx.media.listRooms()),
  ]);
  return { ingresses, rooms, seesBrowsers: ctx.media.seesBrowsers };
}

/**
 * `from-browser`: the encoder has stopped and the creator continues from a browser. Undefined: LiveKit did not answer.
 */
export type Picture = 'there' | 'from-browser' | 'gone' | undefined;

/**
 * An encoder's picture is there while its ingress publishes and someone publishes in the video room: LiveKit keeps
 * reporting a killed ingress as publishing. Only the creator and the encoder may publish there.
 */
export function pictureOf(
  { ingresses, rooms, seesBrowsers }: Media,
  { room, ingressId }: Pick<LiveStream, 'room' | 'ingressId'>,
): Picture {
  if (!rooms) return undefined;
  const isPublished = (rooms.get(room)?.publishers ?? 0) > 0;
  if (ingressId === null) return seesBrowsers ? (isPublished ? 'there' : 'gone') : undefined;
  if (!ingresses) return undefined;
  if (!isPublished) return 'gone';
  const status = ingresses.get(ingressId)?.status;
  if (status === 'publishing') return 'there';
  return status === 'connecting' ? 'gone' : 'from-browser';
}

/** Asks for one stream, by the participants in its room. This is exact, while room counts are some seconds old. */
export async function askPictureOf(ctx: Context, stream: StreamRow): Promise<Picture> {
  const { creatorId, ingressId } = stream;
  const [ingress, inside] = await Promise.all([
    ingressId === null
      ? null
      : unlessAway(
          ctx,
          ctx.media.findIngress(ingressId).then((found) => found ?? null),
        ),
    unlessAway(ctx, ctx.media.listParticipants(streamVideoRoomOf(stream))),
  ]);
  if (!inside || ingress === undefined) return undefined;
  const publishing = inside.filter(({ isPublishing }) => isPublishing).map(({ identity }) => readIdentity(identity));
  const isFromBrowser = publishing.some(({ as, id }) => as === 'own' && id === creatorId);
  if (ingressId === null) return ctx.media.seesBrowsers ? (isFromBrowser ? 'there' : 'gone') : undefined;
  if (ingress?.status === 'publishing') return publishing.length > 0 ? 'there' : 'gone';
  return isFromBrowser && ingress?.status !== 'connecting' ? 'from-browser' : 'gone';
}

/** Returns undefined while the provider is unavailable. */
async function unlessAway<T>(ctx: Context, answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof AppError && error.code === 'MEDIA_UNAVAILABLE')) throw error;
    ctx.log.event('streams.not-reconciled', { code: error.code });
    return undefined;
  }
}

/** Whether any show has had a room of its own. Until then LiveKit need not be asked for rooms. */
export async function hasHadRooms(ctx: Context): Promise<boolean> {
  const [row] = await ctx.db.select({ id: streams.id }).from(streams).where(isNotNull(streams.mediaRoom)).limit(1);
  return row !== undefined;
}

/** Returns which of these are rooms of shows that are over. */
export async function findLeftRooms(ctx: Context, names: readonly string[]) {
  const among = sql`(SELECT value FROM json_each(${JSON.stringify(names)}))`;
  return ctx.db.all<{ channelId: string; room: string }>(sql`
    SELECT channel_id AS channelId, media_room AS room FROM streams
    WHERE media_room IN ${among} AND media_room IS NOT NULL AND status = 'ended'
    UNION
    SELECT id, id FROM ${channels} WHERE id IN ${among} AND media_room IS NOT NULL`);
}

/** Finds the door of a stream's or a user's room, as one reader may see it. A stream's room has the stream's id. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { isNamed, type StreamName } from '@/domains/base/visibility/named-stream';
import { showsViewerList } from '@/domains/base/visibility/people';
import { hidesSomewhere, shownTo } from '@/domains/base/visibility/regions';
import { effectiveVisibility, visibleElsewhere } from '@/domains/base/visibility/streams';
import { channels } from '@/domains/live/channels/tables';
import { streamVideoRoomOf, videoRoomOf } from '@/domains/live/channels/video-room';
import { streams } from '@/domains/live/streams/tables';
import type { Viewer } from '@/shared/actor';
import type { FoundDoor } from './admission';
import { roomError } from './errors';
import { roomPolicy } from './policy';
import { streamLive } from './tables';
import { findUserRoomDoor } from './user-room-door';

/** How a request names a room: by its id or its host. */
export type RoomName = StreamName;

/**
 * One statement; two for a user's room, one after the other. Throws NOT_IN_YOUR_COUNTRY, and STREAM_NOT_FOUND for both
 * hidden and missing rooms.
 */
export async function getDoor(ctx: Context, name: RoomName, viewer: Viewer): Promise<FoundDoor> {
  const door = (await findStreamDoor(ctx, name, viewer)) ?? (await findUserRoomDoor(ctx, name, viewer));
  if (!door) throw roomError('STREAM_NOT_FOUND');
  return door;
}

/** Throws NOT_IN_YOUR_COUNTRY. */
export async function findStreamDoor(ctx: Context, name: RoomName, viewer: Viewer): Promise<FoundDoor | undefined> {
  const [row] = await streamDoorQuery(ctx, name, viewer);
  if (row?.shown === 0) throw roomError('NOT_IN_YOUR_COUNTRY');
  return row && doorOfStream(row);
}

function streamDoorQuery(ctx: Context, name: RoomName, viewer: Viewer) {
  return ctx.db
    .select({
      stream: streams,
      channel: channels,
      viewerCount: sql<number>`coalesce(${streamLive.viewerCount}, 0)`,
      showsViewers: sql<number>`${streams.showViewers} AND ${showsViewerList}`,
      shown: shownTo(viewer) ?? sql<number>`1`,
      hidesSomewhere,
    })
    .from(streams)
    .innerJoin(users, eq(users.id, streams.creatorId))
    .innerJoin(channels, eq(channels.id, streams.channelId))
    .leftJoin(streamLive, eq(streamLive.streamId, streams.id))
    .where(and(isNamed(ctx, name, viewer), visibleElsewhere(viewer)));
}

function doorOfStream(row: Awaited<ReturnType<typeof streamDoorQuery>>[number]): FoundDoor {
  const { stream, channel } = row;
  return {
    kind: 'stream',
    roomId: stream.id,
    hostId: stream.creatorId,
    openedById: stream.creatorId,
    status: stream.status,
    visibility: effectiveVisibility(stream),
    channelId: channel.id,
    policy: roomPolicy(channel),
    category: stream.category,
    videoRoom: stream.status === 'live' ? streamVideoRoomOf(stream) : videoRoomOf(channel),
    viewerCount: row.viewerCount,
    showsViewers: row.showsViewers === 1,
    hidesSomewhere: row.hidesSomewhere === 1,
  };
}

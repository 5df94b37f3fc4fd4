/**
 * Finds the door of a room, as one reader may see it. Today each room belongs to a stream and has its id; other kinds
 * of rooms would be looked up here too.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { RoomPolicy } from '@/contracts/room-command';
import { users } from '@/domains/base/users/tables';
import { isNamed, type StreamName } from '@/domains/base/visibility/named-stream';
import { showsViewerList } from '@/domains/base/visibility/people';
import { hidesSomewhere, shownTo } from '@/domains/base/visibility/regions';
import { effectiveVisibility, visibleElsewhere } from '@/domains/base/visibility/streams';
import { channels } from '@/domains/live/channels/tables';
import { streamVideoRoomOf, videoRoomOf } from '@/domains/live/channels/video-room';
import { streams } from '@/domains/live/streams/tables';
import type { Viewer } from '@/shared/actor';
import type { Door } from './admission';
import { roomError } from './errors';
import { roomPolicy } from './policy';
import { streamLive } from './tables';

/** How a request names a room: by its id or its host. */
export type RoomName = StreamName;

/** A door, and what is needed behind it. */
export interface FoundDoor extends Door {
  readonly roomId: string;
  /** Bans, moderators and the chat policy belong to this channel. */
  readonly channelId: string;
  readonly policy: RoomPolicy;
  readonly category: string | null;
  /** The video room of the live show, or else of the next one. */
  readonly videoRoom: string;
  /** The room's last report. */
  readonly viewerCount: number;
  /** Whether everyone who may enter may also see who is watching. */
  readonly showsViewers: boolean;
  /** Whether readers in some countries may not see the room. */
  readonly hidesSomewhere: boolean;
}

/** One statement. Throws NOT_IN_YOUR_COUNTRY, and STREAM_NOT_FOUND for both hidden and missing rooms. */
export async function getDoor(ctx: Context, name: RoomName, viewer: Viewer): Promise<FoundDoor> {
  const row = await ctx.db
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
    .where(and(isNamed(name, viewer), visibleElsewhere(viewer)))
    .get();
  if (!row) throw roomError('STREAM_NOT_FOUND');
  if (row.shown === 0) throw roomError('NOT_IN_YOUR_COUNTRY');
  const { stream, channel } = row;
  return {
    roomId: stream.id,
    hostId: stream.creatorId,
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

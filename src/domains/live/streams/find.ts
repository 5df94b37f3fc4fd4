/** Finds one stream with its channel, as this reader may see it. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { isNamed, type StreamName } from '@/domains/base/visibility/named-stream';
import { shownTo } from '@/domains/base/visibility/regions';
import { visibleElsewhere } from '@/domains/base/visibility/streams';
import { type ChannelRow, channels } from '@/domains/live/channels/tables';
import { streamLive } from '@/domains/live/rooms/tables';
import type { Actor, Viewer } from '@/shared/actor';
import { streamError } from './errors';
import { type StreamCardRow, streamColumns } from './present';
import { streams } from './tables';

export interface FoundStream extends StreamCardRow {
  readonly channel: ChannelRow;
}

/**
 * By creator or username: the live stream, or else the newest that this reader may see.
 * Throws NOT_IN_YOUR_COUNTRY, and STREAM_NOT_FOUND for both hidden and missing streams.
 */
export async function getStream(ctx: Context, name: StreamName, viewer: Viewer): Promise<FoundStream> {
  const row = await streamsFor(ctx, viewer)
    .where(and(isNamed(ctx, name, viewer), visibleElsewhere(viewer)))
    .get();
  if (!row) throw streamError('STREAM_NOT_FOUND');
  if (row.shown === 0) throw streamError('NOT_IN_YOUR_COUNTRY');
  return row;
}

/**
 * For staff who act on it, and for the answer to a write: also a stream whose creator is suspended or banned. Throws
 * STREAM_NOT_FOUND.
 */
export async function getAnyStream(ctx: Context, actor: Actor, id: string): Promise<FoundStream> {
  const row = await streamsFor(ctx, { ...actor, regions: [] })
    .where(eq(streams.id, id))
    .get();
  if (!row) throw streamError('STREAM_NOT_FOUND');
  return row;
}

function streamsFor(ctx: Context, viewer: Viewer) {
  return ctx.db
    .select({
      ...streamColumns(viewer),
      channel: channels,
      shown: shownTo(viewer) ?? sql<number>`1`,
    })
    .from(streams)
    .innerJoin(users, eq(users.id, streams.creatorId))
    .innerJoin(channels, eq(channels.id, streams.channelId))
    .leftJoin(streamLive, eq(streamLive.streamId, streams.id));
}

/** One stream, as this reader may see it, with its channel: by its id, or by whose it is. */

import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { hidesSomewhere, shownTo } from '@/domains/base/visibility/regions';
import { isNotPrivateTo, isOpen, visibleElsewhere } from '@/domains/base/visibility/streams';
import type { ChannelRow } from '@/domains/live/channels/tables';
import { channels } from '@/domains/live/channels/tables';
import type { Viewer } from '@/shared/actor';
import { fold } from '@/shared/text';
import { streamError } from './errors';
import { type StreamCardRow, streamColumns } from './present';
import { streamLive, streams } from './tables';

/** How a request names a stream. */
export type StreamName = { readonly id: string } | { readonly creatorId: string } | { readonly username: string };

export interface FoundStream extends StreamCardRow {
  readonly channel: ChannelRow;
  /** 1 where readers elsewhere may not see it. */
  readonly hidesSomewhere: number;
}

/** Ids have dashes, usernames never do. */
export function streamName(idOrUsername: string): StreamName {
  return idOrUsername.includes('-') ? { id: idOrUsername } : { username: idOrUsername };
}

/**
 * By creator or username: the stream that is live, else the newest that this reader may see.
 * Throws NOT_IN_YOUR_COUNTRY, and STREAM_NOT_FOUND, which does not tell what is hidden from what is not there.
 */
export async function getStream(ctx: Context, name: StreamName, viewer: Viewer): Promise<FoundStream> {
  const row = await ctx.db
    .select({
      ...streamColumns,
      channel: channels,
      shown: shownTo(viewer, streams.creatorId) ?? sql<number>`1`,
      hidesSomewhere: hidesSomewhere(streams.creatorId),
    })
    .from(streams)
    .innerJoin(users, eq(users.id, streams.creatorId))
    .innerJoin(channels, eq(channels.id, streams.channelId))
    .leftJoin(streamLive, eq(streamLive.streamId, streams.id))
    .where(and(named(name, viewer), visibleElsewhere(viewer)))
    .get();
  if (!row) throw streamError('STREAM_NOT_FOUND');
  if (row.shown === 0) throw streamError('NOT_IN_YOUR_COUNTRY');
  return row;
}

function named(name: StreamName, viewer: Viewer): SQL | undefined {
  if ('id' in name) return eq(streams.id, name.id);
  return 'creatorId' in name
    ? and(eq(users.id, name.creatorId), sql`streams.id = ${newestOf(viewer)}`)
    : and(eq(users.username, fold(name.username)), sql`streams.id = ${newestOf(viewer)}`);
}

/** Two look-ups by index, however many streams the creator has had. */
function newestOf(viewer: Viewer): SQL {
  const open = isNotPrivateTo(viewer, sql`s`) ?? sql`1`;
  return sql`coalesce(
    (SELECT s.id FROM streams s WHERE s.creator_id = users.id AND s.status = 'live'
      AND ${isOpen(sql`s`)} AND ${open}),
    (SELECT s.id FROM streams s WHERE s.creator_id = users.id AND s.status <> 'cancelled' AND ${open}
     ORDER BY s.id DESC LIMIT 1))`;
}

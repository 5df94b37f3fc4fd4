/** A creator's stream for their page: the live one, or else the next one with a date. One statement. */

import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { ledTo } from '@/domains/base/visibility/named-user';
import { isNotPrivate, isOpen, visibleTo } from '@/domains/base/visibility/streams';
import { streamLive } from '@/domains/live/rooms/tables';
import type { Viewer } from '@/shared/actor';
import { MISSED_AFTER_MS } from './channel-state';
import { type StreamCardRow, streamColumns } from './present';
import { streams } from './tables';

/** @param username folded */
export function findLiveOrNext(ctx: Context, username: string, viewer: Viewer): Promise<StreamCardRow | undefined> {
  return ctx.db
    .select(streamColumns(viewer))
    .from(streams)
    .innerJoin(users, eq(users.id, streams.creatorId))
    .leftJoin(streamLive, eq(streamLive.streamId, streams.id))
    .where(and(sql`users.id = ${ledTo(ctx, username)}`, sql`streams.id = ${liveOrNext(ctx)}`, visibleTo(viewer)))
    .get();
}

/** No page shows private streams, not even to their creator. */
function liveOrNext(ctx: Context): SQL {
  const open = sql`s.creator_id = users.id AND ${isOpen(sql`s`)} AND ${isNotPrivate(sql`s`)}`;
  return sql`coalesce(
    (SELECT s.id FROM streams s WHERE ${open} AND s.status = 'live'),
    (SELECT s.id FROM streams s WHERE ${open} AND s.status = 'scheduled' AND s.scheduled_for > ${ctx.now() - MISSED_AFTER_MS}
     ORDER BY s.scheduled_for, s.id LIMIT 1))`;
}

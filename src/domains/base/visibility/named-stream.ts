/** Resolves the stream that a request names: by its id, or by its creator, whose live or else newest stream it is. */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { streams } from '@/domains/live/streams/tables';
import type { Viewer } from '@/shared/actor';
import { usernameIn } from '@/shared/text';
import { ledTo } from './named-user';
import { isNotPrivateTo, isOpen } from './streams';

export type StreamName = { readonly id: string } | { readonly creatorId: string } | { readonly username: string };

/** Ids contain dashes, and usernames never do. */
export function streamName(idOrUsername: string): StreamName {
  return idOrUsername.includes('-') ? { id: idOrUsername } : { username: idOrUsername };
}

/** A condition for a SELECT of `streams` that joins `users` as the creator. Add `visibleTo` or `visibleElsewhere`. */
export function isNamed(ctx: Pick<Context, 'now'>, name: StreamName, viewer: Viewer): SQL | undefined {
  if ('id' in name) return eq(streams.id, name.id);
  return 'creatorId' in name
    ? and(eq(users.id, name.creatorId), sql`streams.id = ${liveOrNewest(viewer)}`)
    : and(sql`users.id = ${ledTo(ctx, usernameIn(name.username))}`, sql`streams.id = ${liveOrNewest(viewer)}`);
}

/** Two look-ups by index, however many streams the creator has. */
function liveOrNewest(viewer: Viewer): SQL {
  const mayBeSeen = isNotPrivateTo(viewer, sql`s`) ?? sql`1`;
  return sql`coalesce(
    (SELECT s.id FROM ${streams} s WHERE s.creator_id = users.id AND s.status = 'live'
      AND ${isOpen(sql`s`)} AND ${mayBeSeen}),
    (SELECT s.id FROM ${streams} s WHERE s.creator_id = users.id AND s.status <> 'cancelled' AND ${mayBeSeen}
     ORDER BY s.id DESC LIMIT 1))`;
}

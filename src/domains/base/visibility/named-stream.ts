/** Which stream a request means: one by its id, or a creator's stream that is live, else their newest. */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import { users } from '@/domains/base/users/tables';
import { streams } from '@/domains/live/streams/tables';
import type { Viewer } from '@/shared/actor';
import { fold } from '@/shared/text';

export type StreamName = { readonly id: string } | { readonly creatorId: string } | { readonly username: string };

/** Ids have dashes, usernames never do. */
export function streamName(idOrUsername: string): StreamName {
  return idOrUsername.includes('-') ? { id: idOrUsername } : { username: idOrUsername };
}

/** A condition for a SELECT of `streams` that joins `users` as the creator. Add `visibleTo` or `visibleElsewhere`. */
export function isNamed(name: StreamName, viewer: Viewer): SQL | undefined {
  if ('id' in name) return eq(streams.id, name.id);
  return 'creatorId' in name
    ? and(eq(users.id, name.creatorId), sql`streams.id = ${liveOrNewest(viewer)}`)
    : and(eq(users.username, fold(name.username)), sql`streams.id = ${liveOrNewest(viewer)}`);
}

/**
 * Two look-ups by index, however many streams the creator has had. The wider IN is there for the partial index of open
 * streams.
 */
function liveOrNewest(viewer: Viewer): SQL {
  const userId = viewer?.kind === 'user' ? viewer.userId : '';
  const open =
    viewer?.kind === 'user' && viewer.staff ? sql`1` : sql`(s.visibility <> 'private' OR s.creator_id = ${userId})`;
  return sql`coalesce(
    (SELECT s.id FROM ${streams} s WHERE s.creator_id = users.id AND s.status = 'live'
      AND s.status IN ('live', 'scheduled') AND ${open}),
    (SELECT s.id FROM ${streams} s WHERE s.creator_id = users.id AND s.status <> 'cancelled' AND ${open}
     ORDER BY s.id DESC LIMIT 1))`;
}

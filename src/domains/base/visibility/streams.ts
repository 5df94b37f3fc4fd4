/** Which streams anybody may know of: the one place for it, as conditions for any SELECT. */
import { and, eq, ne, or, type SQL, sql } from 'drizzle-orm';
import { audienceOf, audienceWord, EVERYBODY } from '@/db/fts';
import { users } from '@/domains/base/users/tables';
import { streams } from '@/domains/live/streams/tables';
import type { Viewer } from '@/shared/actor';
import { noBlockBetween } from './people';
import { shownTo } from './regions';

/**
 * For a SELECT that joins `users` as the streams' creator: banned and deleted creators are out of everybody's sight,
 * private streams are their creator's alone, a block hides both from each other, and a creator is shown where they want
 * to be. Staff see past the last three.
 */
export function visibleTo(viewer: Viewer): SQL | undefined {
  return and(visibleElsewhere(viewer), shownTo(viewer, streams.creatorId));
}

/** The same, and what is not shown where this reader is: enough to say why. */
export function visibleElsewhere(viewer: Viewer): SQL | undefined {
  const active = eq(users.status, 'active');
  if (viewer?.kind !== 'user') return and(active, ne(streams.visibility, 'private'));
  if (viewer.staff) return active;
  return and(
    active,
    or(ne(streams.visibility, 'private'), eq(streams.creatorId, viewer.userId)),
    noBlockBetween(sql`${viewer.userId}`, streams.creatorId),
  );
}

/** Of whose words one stands in the audience of each stream that this viewer may find. See migration 0033. */
export function streamAudience(viewer: Viewer): SQL {
  if (viewer?.kind !== 'user') return EVERYBODY;
  return viewer.staff ? audienceOf(['staff']) : audienceOf(['everybody', audienceWord('c', viewer.userId)]);
}

/** Called off: for those alone who ask for what was. */
export const CANCELLED = audienceOf(['cancelled']);

/** Whether this viewer learns what a stream earned, what was chosen for it, and whom else it is hidden from. */
export function isInsider(viewer: Viewer, creatorId: string): boolean {
  return viewer?.kind === 'user' && (viewer.userId === creatorId || viewer.staff !== null);
}

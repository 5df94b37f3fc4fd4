/** Which streams anybody may know of: the one place for it, as conditions for any SELECT. */
import { and, type SQL, sql } from 'drizzle-orm';
import { audienceOf, audienceWord, EVERYBODY } from '@/db/fts';
import { streams } from '@/domains/live/streams/tables';
import type { Viewer } from '@/shared/actor';
import { isActive, noBlockBetween } from './people';
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
  return viewer?.kind === 'user' && !viewer.staff
    ? and(isActive(), isNotPrivateTo(viewer), noBlockBetween(viewer.userId, streams.creatorId))
    : and(isActive(), isNotPrivateTo(viewer));
}

/**
 * Live, or waiting to be. In these words, since they are the condition of the index `streams_open_of_creator`: a query
 * that asks for one of the two statuses asks for this as well, to be answered by it.
 * @param stream the name of `streams` in the query
 */
export function isOpen(stream: SQL = sql`streams`): SQL<number> {
  return sql<number>`${stream}.status IN ('live', 'scheduled')`;
}

/** @param stream the name of `streams` in the query */
export function isNotPrivate(stream: SQL = sql`streams`): SQL<number> {
  return sql<number>`${stream}.visibility <> 'private'`;
}

/** A private stream is its creator's alone; staff see it too. @param stream the name of `streams` in the query */
export function isNotPrivateTo(viewer: Viewer, stream: SQL = sql`streams`): SQL | undefined {
  if (viewer?.kind !== 'user') return isNotPrivate(stream);
  return viewer.staff ? undefined : sql`(${isNotPrivate(stream)} OR ${stream}.creator_id = ${viewer.userId})`;
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

/** Which streams a viewer may see: the only place for this rule, as conditions for any SELECT. */
import { and, type SQL, sql } from 'drizzle-orm';
import type { Visibility } from '@/contracts/room-command';
import { audienceOf, audienceWord, EVERYBODY } from '@/db/fts';
import { type StreamRow, streams } from '@/domains/live/streams/tables';
import { userRooms } from '@/domains/live/user-rooms/tables';
import type { Viewer } from '@/shared/actor';
import { isActive, noBlockBetween } from './people';
import { shownTo } from './regions';

/**
 * Visible streams, for a SELECT that joins `users` as the creator. The creator must be active, and hidden neither by a
 * block nor in the viewer's region. Private streams are visible only to their creator. Staff see everything except
 * streams of inactive creators.
 */
export function visibleTo(viewer: Viewer): SQL | undefined {
  return and(visibleElsewhere(viewer), shownTo(viewer));
}

/** Also streams that are hidden in the viewer's region, so that a refusal can say why. */
export function visibleElsewhere(viewer: Viewer): SQL | undefined {
  return viewer?.kind === 'user' && !viewer.staff
    ? and(isActive(), isNotPrivateTo(viewer), noBlockBetween(viewer.userId, streams.creatorId))
    : and(isActive(), isNotPrivateTo(viewer));
}

/**
 * Live or scheduled. NOTE: must match the text of the condition of the index `streams_open_of_creator`. A query for one
 * of the two statuses must include this condition too, or SQLite cannot use the index.
 * @param stream the name of `streams` in the query
 */
export function isOpen(stream: SQL = sql`streams`): SQL<number> {
  return sql<number>`${stream}.status IN ('live', 'scheduled')`;
}

/**
 * A room of a stream or a user that can still be entered. A support room always can.
 * @param entered the name of `last_rooms` in the query
 */
export function isOpenRoom(entered: SQL = sql`last_rooms`): SQL {
  return sql`(${entered}.kind = 'support'
    OR EXISTS (SELECT 1 FROM ${streams} WHERE streams.id = ${entered}.room_id AND ${isOpen()})
    OR EXISTS (SELECT 1 FROM ${userRooms} WHERE user_rooms.id = ${entered}.room_id AND user_rooms.status = 'open'))`;
}

/** A hidden stream, which staff look at, counts as private. @param stream the name of `streams` in the query */
export function isNotPrivate(stream: SQL = sql`streams`): SQL<number> {
  return sql<number>`(${stream}.visibility <> 'private' AND ${stream}.hidden_at IS NULL)`;
}

/** The visibility that the door and the room go by. */
export function effectiveVisibility({ visibility, hiddenAt }: Pick<StreamRow, 'visibility' | 'hiddenAt'>): Visibility {
  return hiddenAt === null ? visibility : 'private';
}

/** The same as a column, for a query of `streams`. */
export const visibilityAtDoor = sql<Visibility>`
  CASE WHEN streams.hidden_at IS NULL THEN streams.visibility ELSE 'private' END`;

/** A private stream is visible only to its creator and to staff. @param stream the name of `streams` in the query */
export function isNotPrivateTo(viewer: Viewer, stream: SQL = sql`streams`): SQL | undefined {
  if (viewer?.kind !== 'user') return isNotPrivate(stream);
  return viewer.staff ? undefined : sql`(${isNotPrivate(stream)} OR ${stream}.creator_id = ${viewer.userId})`;
}

/**
 * The audience terms this viewer may search with: a stream is findable if its `audience` contains one. See migration
 * 0033.
 */
export function streamAudience(viewer: Viewer): SQL {
  if (viewer?.kind !== 'user') return EVERYBODY;
  return viewer.staff ? audienceOf(['staff']) : audienceOf(['everybody', audienceWord('c', viewer.userId)]);
}

/** The audience of cancelled streams, for searches that explicitly include them. */
export const CANCELLED = audienceOf(['cancelled']);

/** Whether this viewer may see a stream's earnings, its settings and where else it is hidden. */
export function isInsider(viewer: Viewer, creatorId: string): boolean {
  return viewer?.kind === 'user' && (viewer.userId === creatorId || viewer.staff !== null);
}

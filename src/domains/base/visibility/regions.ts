/**
 * Regions in which creators hide themselves: readers in a blocked country or region see nothing of the creator. A creator
 * who hides from readers of unknown countries has blocked the region UNKNOWN_COUNTRY, where those readers are.
 */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { blockedRegions } from '@/domains/people/social/tables';
import type { Viewer } from '@/shared/actor';

/**
 * A condition for any query. Undefined if no region rule applies: for staff, and where nobody's origin matters. Creators
 * always see themselves.
 */
export function shownTo(viewer: Viewer, creatorId: SQLWrapper): SQL<number> | undefined {
  const place = placeOf(viewer);
  if (place.country === null) return undefined;
  const hidden = hiddenIn(place, creatorId);
  return viewer?.kind === 'user'
    ? sql<number>`(${creatorId} = ${viewer.userId} OR NOT ${hidden})`
    : sql<number>`NOT ${hidden}`;
}

/** A country, and a region of it as ISO 3166-2 writes it. Null hides nothing. */
export interface Place<Value> {
  readonly country: Value;
  readonly region: Value;
}

/** The reader's place, which decides whether a creator is hidden from them. */
export function placeOf(viewer: Viewer): Place<string | null> {
  const [country = null, region = null] = viewer?.kind === 'user' && viewer.staff ? [] : (viewer?.regions ?? []);
  return { country, region };
}

/** One look-up by primary key. */
export function hiddenIn({ country, region }: Place<SQLWrapper | string | null>, creatorId: SQLWrapper): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${blockedRegions}
    WHERE creator_id = ${creatorId} AND region IN (${country}, ${region}))`;
}

/** 1 if the creator is hidden somewhere, so that a response for one reader may be wrong for another. */
export function hidesSomewhere(creatorId: SQLWrapper): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${blockedRegions} WHERE creator_id = ${creatorId})`;
}

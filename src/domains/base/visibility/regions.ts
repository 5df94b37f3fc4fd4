/** Where creators are not shown: readers in a country or region that a creator blocks see nothing of them. */
import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import { blockedRegions } from '@/domains/people/social/tables';
import type { Viewer } from '@/shared/actor';

/**
 * A condition for any query; nothing for whoever sees past it: staff, and readers of whom no country is known. Creators
 * see themselves wherever they are.
 */
export function shownTo(viewer: Viewer, creatorId: SQLWrapper): SQL<number> | undefined {
  const place = placeOf(viewer);
  if (place.country === null) return undefined;
  const hidden = hiddenIn(place, creatorId);
  return viewer?.kind === 'user'
    ? sql<number>`(${creatorId} = ${viewer.userId} OR NOT ${hidden})`
    : sql<number>`NOT ${hidden}`;
}

/** A country, and a region of it as ISO 3166-2 has it. Nulls hide nothing. */
export interface Place<Value> {
  readonly country: Value;
  readonly region: Value;
}

/** By what a creator may be hidden from this reader. */
export function placeOf(viewer: Viewer): Place<string | null> {
  const [country = null, region = null] = viewer?.kind === 'user' && viewer.staff ? [] : (viewer?.regions ?? []);
  return { country, region };
}

/** One look-up by primary key. */
export function hiddenIn({ country, region }: Place<SQLWrapper | string | null>, creatorId: SQLWrapper): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${blockedRegions}
    WHERE creator_id = ${creatorId} AND region IN (${country}, ${region}))`;
}

/** 1 where the creator is not shown everywhere, so that an answer for one reader may be wrong for the next. */
export function hidesSomewhere(creatorId: SQLWrapper): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM ${blockedRegions} WHERE creator_id = ${creatorId})`;
}

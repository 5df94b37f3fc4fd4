/** Where creators are not shown: whoever the platform finds there sees nothing of them, by the rules of `visible.ts`. */
import { eq, type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/db/commit';
import type { Viewer } from '@/shared/actor';
import { blockedRegions } from './tables';

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
  return sql<number>`EXISTS (SELECT 1 FROM blocked_regions
    WHERE creator_id = ${creatorId} AND region IN (${country}, ${region}))`;
}

/** 1 where the creator is not shown everywhere, so that an answer for one reader may be wrong for the next. */
export function hidesSomewhere(creatorId: SQLWrapper): SQL<number> {
  return sql<number>`EXISTS (SELECT 1 FROM blocked_regions WHERE creator_id = ${creatorId})`;
}

export async function readBlockedRegions(ctx: Pick<Context, 'db'>, creatorId: string): Promise<string[]> {
  const rows = await blockedRegionsQuery(ctx, creatorId);
  return rows.map(({ region }) => region);
}

/** In their order. */
export function blockedRegionsQuery(ctx: Pick<Context, 'db'>, creatorId: string) {
  return ctx.db
    .select({ region: blockedRegions.region })
    .from(blockedRegions)
    .where(eq(blockedRegions.creatorId, creatorId))
    .orderBy(blockedRegions.region);
}

/** Whether these regions differ from the chosen ones. */
export function regionsDiffer(creatorId: string, regions: readonly string[]): SQL {
  const wanted = sql`SELECT value FROM json_each(${JSON.stringify(regions)})`;
  const chosen = sql`SELECT region FROM blocked_regions WHERE creator_id = ${creatorId}`;
  return sql`(EXISTS (${chosen} EXCEPT ${wanted}) OR EXISTS (${wanted} EXCEPT ${chosen}))`;
}

/** These and no others. */
export function setBlockedRegions(ctx: Context, creatorId: string, regions: readonly string[]): Statement[] {
  const wanted = sql`SELECT value FROM json_each(${JSON.stringify(regions)})`;
  return [
    ctx.db.run(sql`DELETE FROM blocked_regions WHERE creator_id = ${creatorId} AND region NOT IN (${wanted})`),
    ctx.db.run(sql`
      INSERT INTO blocked_regions (creator_id, region)
      SELECT ${creatorId}, value FROM json_each(${JSON.stringify(regions)}) WHERE true
      ON CONFLICT DO NOTHING`),
  ];
}

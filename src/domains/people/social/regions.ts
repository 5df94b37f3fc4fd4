/** Regions where a creator is hidden. This file reads and changes them; `base/visibility/regions.ts` applies them. */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { blockedRegions } from './tables';

/** The creator's blocked regions, in alphabetical order. */
export function blockedRegionsQuery(ctx: Pick<Context, 'db'>, creatorId: string) {
  return ctx.db
    .select({ region: blockedRegions.region })
    .from(blockedRegions)
    .where(eq(blockedRegions.creatorId, creatorId))
    .orderBy(blockedRegions.region);
}

/** SQL condition: these regions differ from the stored ones. */
export function regionsDiffer(creatorId: string, regions: readonly string[]): SQL {
  const wanted = sql`SELECT value FROM json_each(${JSON.stringify(regions)})`;
  const chosen = sql`SELECT region FROM blocked_regions WHERE creator_id = ${creatorId}`;
  return sql`(EXISTS (${chosen} EXCEPT ${wanted}) OR EXISTS (${wanted} EXCEPT ${chosen}))`;
}

/** Replaces the stored regions by these. */
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

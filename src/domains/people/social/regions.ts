/** Where a creator chose not to be shown: read and changed here, applied by `base/visibility/regions.ts`. */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { blockedRegions } from './tables';

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

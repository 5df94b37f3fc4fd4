/**
 * Regions where a creator is hidden, UNKNOWN_COUNTRY among them. This file reads and changes them;
 * `base/visibility/regions.ts` applies them.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { UNKNOWN_COUNTRY } from '@/shared/countries';
import { blockedRegions } from './tables';

/** The creator's blocked regions, in alphabetical order. */
export function blockedRegionsQuery(ctx: Pick<Context, 'db'>, creatorId: string) {
  return ctx.db
    .select({ region: blockedRegions.region })
    .from(blockedRegions)
    .where(eq(blockedRegions.creatorId, creatorId))
    .orderBy(blockedRegions.region);
}

/** Replaces the stored regions by these. Whether unknown countries are blocked stays as it is. */
export function setBlockedRegions(ctx: Context, creatorId: string, regions: readonly string[]): Statement[] {
  const wanted = sql`SELECT value FROM json_each(${JSON.stringify(regions)})`;
  return [
    ctx.db.run(sql`DELETE FROM blocked_regions WHERE creator_id = ${creatorId} AND region <> ${UNKNOWN_COUNTRY}
      AND region NOT IN (${wanted})`),
    ctx.db.run(sql`
      INSERT INTO blocked_regions (creator_id, region)
      SELECT ${creatorId}, value FROM json_each(${JSON.stringify(regions)}) WHERE true
      ON CONFLICT DO NOTHING`),
  ];
}

export function setUnknownCountry(ctx: Context, creatorId: string, isBlocked: boolean): Statement {
  const unknown = { creatorId, region: UNKNOWN_COUNTRY };
  if (isBlocked) return ctx.db.insert(blockedRegions).values(unknown).onConflictDoNothing();
  return ctx.db
    .delete(blockedRegions)
    .where(and(eq(blockedRegions.creatorId, creatorId), eq(blockedRegions.region, UNKNOWN_COUNTRY)));
}

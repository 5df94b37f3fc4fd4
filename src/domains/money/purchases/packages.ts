/**
 * Lists the packages on offer, and lets staff manage them: each change is logged with who, before and after. A package
 * is on offer only at a price that the provider charges, and not below what its coins can be cashed out for.
 */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange, requireThat } from '@/db/commit';
import { countRows } from '@/db/count-rows';
import { economyError } from '@/domains/base/economy/errors';
import { offersAreUnchanged, readOffers, requireNoLoop, type Standing } from '@/domains/base/economy/offers';
import { logStaff } from '@/domains/base/permissions/log';
import { packageError } from '@/domains/money/discounts/errors';
import type { CatalogueQuery } from '@/http/catalogue-query';
import { COUNT_MAX, limitAndOffset, type PageQuery, presentPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { isChange } from '@/shared/is-change';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { CoinPackage, KeptPackage, NewPackage, PackageChanges } from './schemas';
import { coinPackages, type PackageRow } from './tables';

/** The partial index needs the literal. */
const isOnOffer = sql`${coinPackages.active} = 1`;

/** Packages on offer, smallest first: a query to be limited. */
export function offeredPackages(ctx: Context) {
  return ctx.db.select().from(coinPackages).where(isOnOffer).orderBy(asc(coinPackages.coins), asc(coinPackages.id));
}

/** A page of the packages on offer. */
export async function listPackages(ctx: Context, query: PageQuery) {
  const { limit, offset } = limitAndOffset(query);
  const counted = ctx.db.select({ one: sql`1` }).from(coinPackages).where(isOnOffer);
  const [rows, [{ total = 0 } = {}]] = await ctx.db.batch([
    offeredPackages(ctx).limit(limit).offset(offset),
    countRows(ctx, counted, COUNT_MAX + 1),
  ]);
  return presentPage(rows.map(presentPackage), total, query);
}

/** A page of all packages for staff, retired ones too, smallest first. @param active undefined: all */
export async function listKeptPackages(ctx: Context, { active, ...query }: z.output<typeof CatalogueQuery>) {
  const { limit, offset } = limitAndOffset(query);
  // The partial indexes need the literals.
  const shown = active === undefined ? undefined : active ? isOnOffer : sql`${coinPackages.active} = 0`;
  const [rows, [{ total = 0 } = {}]] = await ctx.db.batch([
    ctx.db
      .select()
      .from(coinPackages)
      .where(shown)
      .orderBy(asc(coinPackages.coins), asc(coinPackages.id))
      .limit(limit)
      .offset(offset),
    countRows(ctx, ctx.db.select({ one: sql`1` }).from(coinPackages).where(shown), COUNT_MAX + 1),
  ]);
  return presentPage(rows.map(presentKeptPackage), total, query);
}

/** Throws PACKAGE_PRICE_REFUSED, CURRENCY_RATE_MISSING, COINS_TOO_CHEAP, ECONOMY_CHANGED. */
export async function createPackage(
  ctx: Context,
  { userId }: Actor,
  { bonusCoins = 0, active = true, ...offer }: z.output<typeof NewPackage>,
): Promise<z.input<typeof KeptPackage>> {
  const now = ctx.now();
  const retiredAt = active ? null : now;
  const row: PackageRow = { id: newId(), ...offer, bonusCoins, active, createdAt: now, updatedAt: now, retiredAt };
  const standing = await readOffers(ctx);
  requireSound(ctx, row, standing);
  await commit(
    ctx,
    [
      requireThat(ctx, offersAreUnchanged(standing)),
      ctx.db.insert(coinPackages).values(row),
      logStaff(ctx, {
        staffId: userId,
        action: 'package.create',
        targetType: 'package',
        targetId: row.id,
        before: null,
        after: presentPackage(row),
      }),
    ],
    { refusals: { DEMAND_NOT_MET: () => economyError('ECONOMY_CHANGED') } },
  );
  ctx.log.event('package.created', { packageId: row.id });
  return presentKeptPackage(row);
}

/**
 * Changes only what is sent; purchases already begun keep their terms. Throws PACKAGE_NOT_FOUND, PACKAGE_PRICE_REFUSED,
 * CURRENCY_RATE_MISSING, COINS_TOO_CHEAP, PACKAGE_CHANGED.
 */
export async function changePackage(
  ctx: Context,
  { userId }: Actor,
  id: string,
  changes: z.output<typeof PackageChanges>,
): Promise<z.input<typeof KeptPackage>> {
  const [before, standing] = await Promise.all([
    ctx.db.select().from(coinPackages).where(eq(coinPackages.id, id)).get(),
    readOffers(ctx),
  ]);
  if (!before) throw packageError('PACKAGE_NOT_FOUND');
  if (!isChange(before, changes)) return presentKeptPackage(before);
  // Two changes within one millisecond must still differ.
  const updatedAt = Math.max(ctx.now(), before.updatedAt + 1);
  const active = changes.active ?? before.active;
  const after: PackageRow = {
    ...before,
    ...changes,
    updatedAt,
    retiredAt: active ? null : (before.retiredAt ?? updatedAt),
  };
  requireSound(ctx, after, standing);
  await commit(
    ctx,
    [
      requireThat(ctx, offersAreUnchanged(standing)),
      ctx.db
        .update(coinPackages)
        .set(after)
        .where(and(eq(coinPackages.id, id), eq(coinPackages.updatedAt, before.updatedAt))),
      requireChange(ctx),
      logStaff(ctx, {
        staffId: userId,
        action: 'package.change',
        targetType: 'package',
        targetId: id,
        before: presentPackage(before),
        after: presentPackage(after),
      }),
    ],
    { refusals: { DEMAND_NOT_MET: () => packageError('PACKAGE_CHANGED') } },
  );
  ctx.log.event('package.changed', { packageId: id });
  return presentKeptPackage(after);
}

/** A retired package needs nothing. Throws PACKAGE_PRICE_REFUSED, CURRENCY_RATE_MISSING, COINS_TOO_CHEAP. */
function requireSound(ctx: Context, offered: PackageRow, { economy, codes }: Standing): void {
  if (!offered.active) return;
  const problem = ctx.payments.current.findPriceProblem(offered.priceMinor, offered.currency);
  if (problem) throw packageError('PACKAGE_PRICE_REFUSED', { details: [problem] });
  requireNoLoop(economy.conversions, { packages: [offered], codes });
}

export function presentPackage(row: PackageRow): z.input<typeof CoinPackage> {
  const { id, name, coins, bonusCoins, priceMinor, currency, active } = row;
  return { id, name, coins, bonusCoins, priceMinor, currency, active };
}

function presentKeptPackage(row: PackageRow): z.input<typeof KeptPackage> {
  const { createdAt, updatedAt, retiredAt } = row;
  return {
    ...presentPackage(row),
    createdAt: toIso(createdAt),
    updatedAt: toIso(updatedAt),
    retiredAt: toIsoOrNull(retiredAt),
  };
}

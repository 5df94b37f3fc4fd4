/** Which prices a product may have: those that the provider charges and the economy allows, in a currency it pays out. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { limitsIn } from '@/domains/base/economy/limits';
import { type Economy, economyOf, economyQuery } from '@/domains/base/economy/read';
import { invalid } from '@/http/validation';
import { products } from './tables';

export interface Selling {
  readonly economy: Economy;
  /** Staff have approved a product of this seller. */
  readonly isKnownSeller: boolean;
}

/** What decides about a seller's product. One batch. */
export async function readSelling(ctx: Context, sellerId: string): Promise<Selling> {
  const isKnown = sql<number>`EXISTS (SELECT 1 FROM ${products}
    WHERE seller_id = ${sellerId} AND approved_at IS NOT NULL)`.as('isKnown');
  const [economyRows, [known]] = await ctx.db.batch([
    economyQuery(ctx),
    ctx.db.select({ isKnown }).from(sql`(SELECT 1)`),
  ]);
  return { economy: economyOf(economyRows), isKnownSeller: known?.isKnown === 1 };
}

interface Prices {
  readonly currency: string;
  readonly priceMinor: number;
  readonly variants: readonly { readonly priceMinor: number | null }[];
}

/** Throws VALIDATION_FAILED. */
export function requirePrices(ctx: Context, { economy }: Selling, { currency, priceMinor, variants }: Prices): void {
  if (!limitsIn(economy, currency)) throw invalid('currency', 'is one that sellers cannot be paid in here');
  const range = economy.limits.shop.currencies.find((entry) => entry.currency === currency);
  const check = (path: string, amountMinor: number) => {
    if (range && amountMinor < range.priceMinorMin) throw invalid(path, `must be at least ${range.priceMinorMin}`);
    if (range && amountMinor > range.priceMinorMax) throw invalid(path, `must be at most ${range.priceMinorMax}`);
    const problem = ctx.payments.current.findPriceProblem(amountMinor, currency);
    if (problem) throw invalid(problem.path === 'priceMinor' ? path : problem.path, problem.message);
  };
  check('priceMinor', priceMinor);
  for (const [index, variant] of variants.entries())
    if (variant.priceMinor !== null) check(`variants.${index}.priceMinor`, variant.priceMinor);
}

/** Reads a user's current balances. A negative balance is shown as zero and a debt: reversals took what was gone. */
import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { readDiamonds } from '@/domains/money/earnings/maturity';
import { orders, salesHeld } from '@/domains/money/orders/tables';
import { readHeldDiamonds } from '@/domains/money/payouts/held';
import { accountsQuery, type LedgerAccount } from '@/ledger/history';
import { DAY_MS, toIso } from '@/shared/time';
import type { Wallet } from './schemas';

export async function readWallet(ctx: Context, userId: string): Promise<z.input<typeof Wallet>> {
  const [[accounts, heldSales, dated], diamonds, heldDiamonds] = await Promise.all([
    ctx.db.batch([accountsQuery(ctx, userId), heldSalesQuery(ctx, userId), datedSalesQuery(ctx, userId)]),
    readDiamonds(ctx, userId),
    readHeldDiamonds(ctx, userId),
  ]);
  const coins = accounts.find(({ kind, unit }) => kind === 'wallet' && unit === 'coin')?.balance ?? 0;
  const sales = salesFigures(accounts, heldSales);
  return {
    coins: Math.max(coins, 0),
    diamonds: Math.max(diamonds.total, 0),
    maturedDiamonds: Math.max(diamonds.matured, 0),
    maturingDiamonds: diamonds.maturing,
    heldDiamonds,
    ...sales,
    diamondsMature: diamonds.matures.map((part) => ({ at: toIso(part.at), diamonds: part.diamonds })),
    salesMature: sales.maturingSales.flatMap((money) => datesOf(money, dated)),
    owed: Math.max(-coins, 0),
    owedDiamonds: Math.max(-diamonds.total, 0),
  };
}

/** As with diamonds, a debt takes maturing sales first: matured and maturing together are the balance. */
function salesFigures(accounts: readonly LedgerAccount[], heldSales: readonly HeldSales[]) {
  const heldIn = new Map(heldSales.map(({ currency, amountMinor }) => [currency, amountMinor]));
  const byCurrency = accounts
    .filter(({ kind }) => kind === 'sales')
    .map(({ unit: currency, balance }) => {
      const held = heldIn.get(currency) ?? 0;
      const matured = Math.max(balance - held, 0);
      return { currency, matured, maturing: Math.max(balance, 0) - matured, owed: Math.max(-balance, 0) };
    });
  const amounts = (name: 'maturing' | 'owed') =>
    byCurrency.filter((one) => one[name] > 0).map((one) => ({ currency: one.currency, amountMinor: one[name] }));
  return {
    sales: byCurrency.map(({ currency, matured }) => ({ currency, amountMinor: matured })),
    maturingSales: amounts('maturing'),
    owedSales: amounts('owed'),
  };
}

interface HeldSales {
  readonly currency: string;
  readonly amountMinor: number;
}

function heldSalesQuery(ctx: Context, userId: string) {
  const { currency, amountMinor, sellerId } = salesHeld;
  return ctx.db.select({ currency, amountMinor }).from(salesHeld).where(eq(sellerId, userId));
}

interface DatedSales extends HeldSales {
  /** When all of that day's have matured (ms). */
  readonly at: number;
}

/** What matures by day (UTC), soonest first. Money that is being refunded does not. */
function datedSalesQuery(ctx: Context, userId: string) {
  return ctx.db.all<DatedSales>(sql`
    SELECT currency, max(matures_at) AS at, sum(held_minor - min(refunding_minor, held_minor)) AS amountMinor
    FROM ${orders}
    WHERE seller_id = ${userId} AND matures_at IS NOT NULL AND matured_at IS NULL AND has_open_problem = 0
    GROUP BY currency, matures_at / ${literal(DAY_MS)}
    ORDER BY currency, at`);
}

/** A debt takes what matures last. What has no date yet is not shipped, has an open problem or is being refunded. */
function datesOf({ currency, amountMinor }: HeldSales, dated: readonly DatedSales[]) {
  let open = amountMinor;
  const dates = dated
    .filter((one) => one.currency === currency)
    .map(({ at, amountMinor }) => {
      const part = Math.min(open, amountMinor);
      open -= part;
      return { at: toIso(at), currency, amountMinor: part };
    });
  return [...dates, { at: null, currency, amountMinor: open }].filter((one) => one.amountMinor > 0);
}

/** Reads a user's current balances. A negative balance is shown as zero and a debt: reversals took what was gone. */
import type { z } from '@hono/zod-openapi';
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { readDiamonds } from '@/domains/money/earnings/maturity';
import { salesHeld } from '@/domains/money/orders/tables';
import { readHeldDiamonds } from '@/domains/money/payouts/held';
import { accountsQuery, type LedgerAccount } from '@/ledger/history';
import type { Balance, Wallet } from './schemas';

export async function readWallet(ctx: Context, userId: string): Promise<z.input<typeof Wallet>> {
  const { figures, diamonds } = await readFigures(ctx, userId);
  return { ...figures, diamonds: Math.max(diamonds.total, 0) };
}

export async function readBalances(ctx: Context, userId: string): Promise<z.input<typeof Balance>> {
  const { figures, diamonds } = await readFigures(ctx, userId);
  return { ...figures, diamonds: Math.max(diamonds.matured, 0) };
}

async function readFigures(ctx: Context, userId: string) {
  const [[accounts, heldSales], diamonds, heldDiamonds] = await Promise.all([
    ctx.db.batch([accountsQuery(ctx, userId), heldSalesQuery(ctx, userId)]),
    readDiamonds(ctx, userId),
    readHeldDiamonds(ctx, userId),
  ]);
  const coins = accounts.find(({ kind, unit }) => kind === 'wallet' && unit === 'coin')?.balance ?? 0;
  const figures = {
    coins: Math.max(coins, 0),
    heldDiamonds,
    maturingDiamonds: diamonds.maturing,
    ...salesFigures(accounts, heldSales),
    owed: Math.max(-coins, 0),
    owedDiamonds: Math.max(-diamonds.total, 0),
  };
  return { figures, diamonds };
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

/** Reads a user's current balances. A negative balance is shown as zero and a debt: reversals took what was gone. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { readDiamonds } from '@/domains/money/earnings/maturity';
import { readHeldDiamonds } from '@/domains/money/payouts/held';
import { listAccounts } from '@/ledger/history';
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
  const [accounts, diamonds, heldDiamonds] = await Promise.all([
    listAccounts(ctx, userId),
    readDiamonds(ctx, userId),
    readHeldDiamonds(ctx, userId),
  ]);
  const coins = accounts.find(({ kind, unit }) => kind === 'wallet' && unit === 'coin')?.balance ?? 0;
  const figures = {
    coins: Math.max(coins, 0),
    heldDiamonds,
    maturingDiamonds: diamonds.maturing,
    sales: accounts
      .filter(({ kind }) => kind === 'sales')
      .map(({ unit, balance }) => ({ currency: unit, amountMinor: balance })),
    owed: Math.max(-coins, 0),
    owedDiamonds: Math.max(-diamonds.total, 0),
  };
  return { figures, diamonds };
}

/**
 * Spends from the wallet. Nobody pays another price than the one they have seen, and the database refuses an overdraft;
 * the error carries the balance and the price.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, type Refusals, refusalOf } from '@/db/commit';
import { literal } from '@/db/sql';
import { ledgerError } from './errors';
import { ledgerTransfers, type SpendType } from './tables';
import { ACCOUNT_MISSING, OVERDRAFT, readBalance } from './transfers';

/** The wallet holds too little, or was never opened. */
export const SHORT_OF_COINS: Refusals = {
  [OVERDRAFT]: () => ledgerError('NOT_ENOUGH_COINS'),
  [ACCOUNT_MISSING]: () => ledgerError('NOT_ENOUGH_COINS'),
};

/** Throws PRICE_CHANGED with `{ coins }`. @param expected what the buyer was shown; undefined if they do not say */
export function requirePrice(coins: number, expected: number | undefined): void {
  if (expected !== undefined && expected !== coins) throw ledgerError('PRICE_CHANGED', { details: { coins } });
}

interface Spend {
  readonly userId: string;
  /** The total that the batch takes from the user's wallet. */
  readonly price: number;
}

/**
 * Commits like `commit`, and returns as much. Throws NOT_ENOUGH_COINS with `{ balance, price }`; a wallet below zero can
 * spend nothing.
 */
export async function commitSpending(
  ctx: Context,
  { userId, price }: Spend,
  statements: readonly Statement[],
  options: { events?: readonly OutboxEvent[]; refusals?: Refusals } = {},
): Promise<unknown[]> {
  try {
    return await commit(ctx, statements, options);
  } catch (error) {
    if (!refusalOf(error, SHORT_OF_COINS)) throw error;
    throw ledgerError('NOT_ENOUGH_COINS', {
      details: { balance: await readBalance(ctx, userId, 'wallet', 'coin'), price },
    });
  }
}

/**
 * SQL for the coins that a spending left in its payer's wallet, by the transfer itself: a repeat of the request has the
 * same answer, whatever has happened since. @param id the id of the spending's row
 */
export function coinsLeftBy(refType: SpendType, id: SQL): SQL<number> {
  return sql<number>`(SELECT spent.debit_balance FROM ${ledgerTransfers} spent
    WHERE spent.ref_type = ${literal(refType)} AND spent.ref_id = ${id} AND spent.leg = 1)`;
}

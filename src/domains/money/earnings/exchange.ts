/**
 * Exchanges diamonds for coins at the economy's rate, once per idempotency key. Only matured diamonds can be exchanged:
 * maturing ones may still be taken back with the payment behind them.
 */

import type { z } from '@hono/zod-openapi';
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, type Refusals, refusalOf, requireThat } from '@/db/commit';
import { convert } from '@/domains/base/economy/rates';
import { readEconomy } from '@/domains/base/economy/read';
import { whileActive } from '@/domains/base/visibility/people';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { type Once, performOnce } from '@/http/idempotency';
import { creditLot } from '@/ledger/lots';
import { ledgerTransfers } from '@/ledger/tables';
import { ACCOUNT_MISSING, OVERDRAFT, post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { toIso } from '@/shared/time';
import { earningError } from './errors';
import { readDiamonds, stillMatured } from './maturity';
import type { Exchange } from './schemas';
import { type ExchangeRow, exchanges } from './tables';

const ATTEMPTS_MAX = 3;
const short = () => earningError('NOT_ENOUGH_DIAMONDS');
const RACED: Refusals = { DEMAND_NOT_MET: short, [OVERDRAFT]: short, [ACCOUNT_MISSING]: short };

/** Throws EXCHANGE_TOO_SMALL, EXCHANGE_WORTHLESS, NOT_ENOUGH_DIAMONDS, IDEMPOTENCY_KEY_REUSED. */
export async function exchangeDiamonds(
  ctx: Context,
  userId: string,
  diamonds: number,
  once: Once,
): Promise<z.input<typeof Exchange>> {
  const find = () => findExchange(ctx, userId, once);
  const row = await performOnce(once, await find(), () => exchange(ctx, userId, diamonds, once), find);
  return presentExchange(ctx, row);
}

/** Retries after a concurrent change, so that a refusal shows the current balance. */
async function exchange(ctx: Context, userId: string, diamonds: number, once: Once): Promise<ExchangeRow> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryToExchange(ctx, userId, diamonds, once);
    } catch (error) {
      const refusal = refusalOf(error, RACED);
      if (!refusal) throw error;
      if (attempt === ATTEMPTS_MAX) throw refusal;
    }
  }
}

async function tryToExchange(ctx: Context, userId: string, diamonds: number, once: Once): Promise<ExchangeRow> {
  const economy = await readEconomy(ctx);
  const { conversions, limits } = economy;
  if (diamonds < limits.exchangeDiamondsMin)
    throw earningError('EXCHANGE_TOO_SMALL', {
      details: { min: limits.exchangeDiamondsMin, max: null, asked: diamonds },
    });
  const coins = convert(diamonds, conversions.coinsPerDiamond);
  if (coins === 0) throw earningError('EXCHANGE_WORTHLESS', { details: { asked: diamonds } });
  const read = await readDiamonds(ctx, userId, economy);
  const { matured, maturing } = read;
  if (matured < diamonds)
    throw earningError('NOT_ENOUGH_DIAMONDS', { details: { matured, maturing, asked: diamonds } });
  const row = newExchange(ctx, { userId, diamonds, coins, economyVersion: economy.version, ...once });
  const isStillSo = whileActive(userId, stillMatured(userId, diamonds, read));
  await commit(ctx, [requireThat(ctx, isStillSo), ...exchangeStatements(ctx, row)], { refusals: BANNED_MEANWHILE });
  ctx.log.event('diamonds.exchanged', { exchangeId: row.id, diamonds, coins });
  return row;
}

type Terms = Pick<ExchangeRow, 'userId' | 'diamonds' | 'coins' | 'economyVersion' | 'idempotencyKey' | 'bodyHash'>;

export function newExchange(ctx: Context, terms: Terms): ExchangeRow {
  const untouched = { traced: true, reversedDiamonds: 0, reversedCoins: 0, legs: 2 };
  return { id: newId(), ...terms, createdAt: ctx.now(), ...untouched };
}

/** The exchange's row, its transfers, and the lot of its coins, which fill a debt first. */
export function exchangeStatements(ctx: Context, row: ExchangeRow): Statement[] {
  const { id, userId, diamonds, coins } = row;
  const transfer = { refType: 'exchange', refId: id, userId };
  return [
    ctx.db.insert(exchanges).values(row),
    ...post(ctx, [
      { ...transfer, kind: 'exchange_diamonds', leg: 1, amount: diamonds },
      { ...transfer, kind: 'exchange_coins', leg: 2, amount: coins },
    ]),
    creditLot(ctx, { userId, sourceType: 'exchange', sourceId: id, coins }),
  ];
}

async function findExchange(ctx: Context, userId: string, { idempotencyKey }: Once): Promise<ExchangeRow | undefined> {
  return ctx.db
    .select()
    .from(exchanges)
    .where(and(eq(exchanges.userId, userId), eq(exchanges.idempotencyKey, idempotencyKey)))
    .get();
}

/** Reads the balances that the exchange's own transfers left, so that a repeated request gets the same response. */
async function presentExchange(ctx: Context, row: ExchangeRow): Promise<z.input<typeof Exchange>> {
  const left = await ctx.db.get<{ diamonds: number; coins: number }>(sql`
    SELECT gave.debit_balance AS diamonds, got.credit_balance AS coins
    FROM ${ledgerTransfers} gave
    JOIN ${ledgerTransfers} got ON got.ref_type = gave.ref_type AND got.ref_id = gave.ref_id AND got.leg = 2
    WHERE gave.ref_type = 'exchange' AND gave.ref_id = ${row.id} AND gave.leg = 1`);
  const { id, diamonds, coins, economyVersion, createdAt } = row;
  return { id, diamonds, coins, economyVersion, balances: left, createdAt: toIso(createdAt) };
}

/**
 * Requests a cash-out. The batch that writes the request also holds its amount, and first pays the creator's debt in
 * coins with matured diamonds. It requires the day's limits, the debt and the matured diamonds at that moment, so of
 * concurrent requests only those that fit succeed.
 */

import type { z } from '@hono/zod-openapi';
import { and, eq, gte, notInArray, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, type Refusals, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { type Economy, readEconomy } from '@/domains/base/economy/read';
import { exchangeStatements, newExchange } from '@/domains/money/earnings/exchange';
import { readDiamonds, stillMatured } from '@/domains/money/earnings/maturity';
import { type ExchangeRow, exchanges } from '@/domains/money/earnings/tables';
import { creatorApplications } from '@/domains/people/creators/tables';
import { AppError } from '@/http/errors';
import { type Once, performOnce } from '@/http/idempotency';
import { ledgerAccounts } from '@/ledger/tables';
import { ACCOUNT_MISSING, OVERDRAFT, post, readBalance } from '@/ledger/transfers';
import { firstIdAt, newId } from '@/shared/ids';
import { DAY_MS, toIso } from '@/shared/time';
import { restsUntil } from './details-rest';
import { payoutError } from './errors';
import { holdLegs } from './legs';
import { presentPayout } from './present';
import type { PayoutRequest } from './schemas';
import { type SetOff, setOffOf } from './set-off';
import { GIVEN_BACK, type PayoutRow, payoutAccounts, payouts } from './tables';
import { type Bounds, boundsOf, currencyOf, inItsCurrency, judgeLimits, type Terms, termsOf } from './terms';

const ATTEMPTS_MAX = 3;

type PayoutInput = z.output<typeof PayoutRequest>;

/**
 * Throws BANK_DETAILS_MISSING, PAYOUT_ACCOUNT_MISSING, PAYOUT_ACCOUNT_NOT_READY, PAYOUTS_BY_BANK_ONLY,
 * BANK_DETAILS_RESTING, PAYOUT_CURRENCY_NOT_SET, PAYOUT_NOT_SENDABLE, PAYOUT_TOO_SMALL, PAYOUT_LIMIT_MINIMUM,
 * PAYOUT_LIMIT_MAXIMUM, PAYOUT_LIMIT_DAILY, DEBT_OPEN, NOT_ENOUGH_DIAMONDS, NOT_ENOUGH_SALES, PAYOUT_CHANGED,
 * IDEMPOTENCY_KEY_REUSED.
 */
export async function requestPayout(ctx: Context, userId: string, request: PayoutInput, once: Once) {
  const made = and(eq(payouts.userId, userId), eq(payouts.idempotencyKey, once.idempotencyKey));
  const find = async () => ctx.db.select().from(payouts).where(made).get();
  const row = await performOnce(once, await find(), () => hold(ctx, userId, request, once), find);
  return presentPayout(row, await findSetOff(ctx, row));
}

/** Retries after a concurrent change, so that a refusal shows the current state. */
async function hold(ctx: Context, userId: string, request: PayoutInput, once: Once): Promise<PayoutRow> {
  await requireMethod(ctx, userId, request.method);
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await tryToHold(ctx, userId, request, once);
    } catch (error) {
      const isRaced = error instanceof AppError && error.code === 'PAYOUT_CHANGED';
      if (!isRaced || attempt === ATTEMPTS_MAX) throw error;
    }
  }
}

async function tryToHold(ctx: Context, userId: string, request: PayoutInput, once: Once): Promise<PayoutRow> {
  const current = await readEconomy(ctx);
  const economy = inItsCurrency(request, current);
  if (!economy) throw payoutError('PAYOUT_CURRENCY_NOT_SET', { details: { currency: currencyOf(request, current) } });
  const terms = termsOf(request, economy);
  const asked = terms.diamonds ?? terms.amountMinor + terms.feeMinor;
  const { amountMinor, feeMinor, currency } = terms;
  const bounds = boundsOf(terms.source, economy);
  const now = ctx.now();
  const verdict = judgeLimits(asked, bounds, await readToday(ctx, userId, terms, now));
  if (verdict !== 'allow') throw payoutError(verdict.code, { details: verdict.details });
  if (amountMinor <= 0) throw payoutError('PAYOUT_TOO_SMALL', { details: { dueMinor: asked, feeMinor, currency } });
  if (request.method === 'stripe' && !ctx.payouts?.canSend(amountMinor, currency))
    throw payoutError('PAYOUT_NOT_SENDABLE', { details: { amountMinor, feeMinor, currency } });
  const balance = await requireBalance(ctx, userId, terms, economy);
  const exchange = balance.setOff && exchangeOf(ctx, userId, balance.setOff, economy);

  const row: PayoutRow = {
    ...terms,
    ...once,
    id: newId(),
    userId,
    method: request.method,
    status: 'requested',
    economyVersion: economy.version,
    requestedAt: now,
    reason: null,
    reference: null,
    decidedAt: null,
    decidedBy: null,
    processingAt: null,
    sendAt: null,
    paidAt: null,
    returnedAt: null,
    providerReason: null,
    refusals: 0,
    accountId: null,
    stoppedAt: null,
    setOffExchangeId: exchange?.id ?? null,
  };
  await commit(
    ctx,
    [
      requireThat(ctx, fitsToday(userId, terms, asked, bounds, now)),
      requireThat(ctx, balance.isStillSo),
      ...(exchange ? exchangeStatements(ctx, exchange) : []),
      ctx.db.insert(payouts).values(row),
      ...post(ctx, holdLegs(row)),
    ],
    { refusals: RACED },
  );
  ctx.log.event('payout.requested', { payoutId: row.id, source: row.source, amountMinor, currency });
  return row;
}

const changed = () => payoutError('PAYOUT_CHANGED');
const RACED: Refusals = { DEMAND_NOT_MET: changed, [OVERDRAFT]: changed, [ACCOUNT_MISSING]: changed };

/** Checks that there is somewhere to send the money. */
async function requireMethod(ctx: Context, userId: string, method: PayoutRow['method']): Promise<void> {
  if (method === 'bank') {
    const isApproved = and(eq(creatorApplications.userId, userId), eq(creatorApplications.status, 'APPROVED'));
    const details = await ctx.db
      .select({ restsUntil: restsUntil(userId, ctx.now()) })
      .from(creatorApplications)
      .where(isApproved)
      .get();
    if (!details) throw payoutError('BANK_DETAILS_MISSING');
    if (details.restsUntil !== null)
      throw payoutError('BANK_DETAILS_RESTING', { details: { usableAt: toIso(details.restsUntil) } });
    return;
  }
  if (!ctx.payouts) throw payoutError('PAYOUTS_BY_BANK_ONLY');
  const account = await ctx.db.select().from(payoutAccounts).where(eq(payoutAccounts.userId, userId)).get();
  if (!account) throw payoutError('PAYOUT_ACCOUNT_MISSING');
  if (!account.payoutsEnabled) throw payoutError('PAYOUT_ACCOUNT_NOT_READY');
}

interface Balance {
  /** What is exchanged first, to pay a debt. */
  readonly setOff: SetOff | null;
  /** What the batch must require besides the ledger's rules, which know neither the age of diamonds nor debts. */
  readonly isStillSo: SQL;
}

/** Throws DEBT_OPEN, NOT_ENOUGH_DIAMONDS, NOT_ENOUGH_SALES. */
async function requireBalance(ctx: Context, userId: string, terms: Terms, economy: Economy): Promise<Balance> {
  const { currency } = terms;
  const dueMinor = terms.amountMinor + terms.feeMinor;
  const [coins, diamonds, sales] = await Promise.all([
    readBalance(ctx, userId, 'wallet', 'coin'),
    readDiamonds(ctx, userId, economy),
    terms.diamonds === null ? readBalance(ctx, userId, 'sales', currency) : 0,
  ]);
  const { matured, maturing } = diamonds;
  const setOff = setOffOf(Math.max(0, -coins), economy);
  const owedDiamonds = Math.max(0, -diamonds.total);
  const needed = setOff?.diamonds ?? 0;
  if (owedDiamonds > 0 || matured < needed)
    throw payoutError('DEBT_OPEN', {
      details: { coins: Math.max(0, -coins), diamondsNeeded: needed + owedDiamonds, matured: Math.max(0, matured) },
    });
  const asked = terms.diamonds ?? 0;
  if (matured - needed < asked)
    throw payoutError('NOT_ENOUGH_DIAMONDS', { details: { matured: matured - needed, maturing, asked } });
  if (terms.diamonds === null && sales < dueMinor)
    throw payoutError('NOT_ENOUGH_SALES', { details: { balance: sales, asked: dueMinor, currency } });
  return {
    setOff,
    isStillSo: sql`(${owesStill(userId, coins)}) AND (${stillMatured(userId, needed + asked, diamonds)})`,
  };
}

/** A debt is as it was read, or there still is none. */
function owesStill(userId: string, coins: number): SQL {
  const balance = sql`coalesce((SELECT balance FROM ${ledgerAccounts}
    WHERE owner = ${userId} AND kind = 'wallet' AND unit = 'coin' AND shard = 0), 0)`;
  return coins < 0 ? sql`${balance} = ${int(coins)}` : sql`${balance} >= 0`;
}

function exchangeOf(ctx: Context, userId: string, setOff: SetOff, { version }: Economy): ExchangeRow {
  // No request repeats it: the payout's own key does.
  const once = { idempotencyKey: `set-off:${newId()}`, bodyHash: '' };
  return newExchange(ctx, { ...setOff, ...once, userId, economyVersion: version });
}

async function findSetOff(ctx: Context, { setOffExchangeId }: PayoutRow): Promise<SetOff | null> {
  if (setOffExchangeId === null) return null;
  const { diamonds, coins } = exchanges;
  const row = await ctx.db.select({ diamonds, coins }).from(exchanges).where(eq(exchanges.id, setOffExchangeId)).get();
  return row ?? null;
}

// --- The day's limits

/** The payouts that count towards a day (UTC), without those that gave back what they took. */
function ofDay(userId: string, now: number): SQL | undefined {
  const midnight = now - (now % DAY_MS);
  return and(
    eq(payouts.userId, userId),
    gte(payouts.id, firstIdAt(midnight)), // for the index; an id is created after its time was read
    gte(payouts.requestedAt, midnight),
    notInArray(payouts.status, GIVEN_BACK),
  );
}

/** In the unit of the bounds. */
function sumOf({ source, currency }: Terms): SQL<number> {
  return source === 'diamonds'
    ? sql<number>`coalesce(sum(diamonds), 0)`
    : sql<number>`coalesce(sum(CASE WHEN source = 'sales' AND currency = ${currency} THEN amount_minor + fee_minor END), 0)`;
}

async function readToday(ctx: Context, userId: string, terms: Terms, now: number) {
  const [today] = await ctx.db
    .select({ payouts: sql<number>`count(*)`, sum: sumOf(terms) })
    .from(payouts)
    .where(ofDay(userId, now));
  return today ?? { payouts: 0, sum: 0 };
}

function fitsToday(userId: string, terms: Terms, asked: number, bounds: Bounds, now: number): SQL {
  return sql`
    SELECT count(*) < ${int(bounds.payoutsPerDayMax)}
      AND ${sumOf(terms)} + ${int(asked)} <= ${int(bounds.perDayMax)}
    FROM ${payouts} WHERE ${ofDay(userId, now)}`;
}

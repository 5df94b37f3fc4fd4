/**
 * Requests a cash-out. The batch that writes the request also holds its amount, and first pays the creator's debt in
 * coins with matured diamonds. It requires the day's limits, the debt and the matured diamonds at that moment, so of
 * concurrent requests only those that fit succeed.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, type Refusals, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import type { Economy } from '@/domains/base/economy/read';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { whileActive } from '@/domains/base/visibility/people';
import { exchangeStatements, newExchange } from '@/domains/money/earnings/exchange';
import { readDiamonds, stillMatured } from '@/domains/money/earnings/maturity';
import type { ExchangeRow } from '@/domains/money/earnings/tables';
import { salesHeld } from '@/domains/money/orders/tables';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { AppError } from '@/http/errors';
import { type Once, performOnce } from '@/http/idempotency';
import { ACCOUNT_MISSING, balanceOf, OVERDRAFT, post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { toIso } from '@/shared/time';
import { payoutError } from './errors';
import { holdLegs } from './legs';
import { presentPayout } from './present';
import { findHeld, type Held, type RequestFacts, readRequestFacts } from './request-facts';
import { type SetOff, setOffOf } from './set-off';
import { type PayoutRow, payouts } from './tables';
import { boundsOf, currencyOf, inItsCurrency, judgeLimits, type Terms, type TermsInput, termsOf } from './terms';
import { fitsToday } from './today';

const ATTEMPTS_MAX = 3;

/**
 * Throws BANK_DETAILS_MISSING, PAYOUT_ACCOUNT_MISSING, PAYOUT_ACCOUNT_NOT_READY, PAYOUTS_BY_BANK_ONLY,
 * BANK_DETAILS_RESTING, PAYOUT_CURRENCY_NOT_SET, PAYOUT_NOT_SENDABLE, PAYOUT_TOO_SMALL, PAYOUT_LIMIT_MINIMUM,
 * PAYOUT_LIMIT_MAXIMUM, PAYOUT_LIMIT_DAILY, DEBT_OPEN, NOT_ENOUGH_DIAMONDS, NOT_ENOUGH_SALES, PAYOUT_CHANGED,
 * IDEMPOTENCY_KEY_REUSED.
 */
export async function requestPayout(ctx: Context, userId: string, request: TermsInput, once: Once) {
  const facts = await readRequestFacts(ctx, userId, request, once);
  const find = () => findHeld(ctx, userId, once);
  const held = await performOnce(once, facts.known, () => hold(ctx, userId, request, { once, facts }), find);
  return presentPayout(held, held.setOff);
}

interface Asked {
  readonly once: Once;
  readonly facts: RequestFacts;
}

/** Reads and tries again after a concurrent change, so that a refusal shows the current state. */
async function hold(ctx: Context, userId: string, request: TermsInput, first: Asked): Promise<Held> {
  const { once } = first;
  for (let attempt = 1, { facts } = first; ; attempt += 1) {
    try {
      return await tryToHold(ctx, userId, request, { once, facts });
    } catch (error) {
      const isRaced = error instanceof AppError && error.code === 'PAYOUT_CHANGED';
      if (!isRaced || attempt === ATTEMPTS_MAX) throw error;
    }
    facts = await readRequestFacts(ctx, userId, request, once);
  }
}

async function tryToHold(ctx: Context, userId: string, request: TermsInput, { once, facts }: Asked): Promise<Held> {
  requireMethod(ctx, request.method, facts);
  const economy = inItsCurrency(request, facts.economy);
  if (!economy)
    throw payoutError('PAYOUT_CURRENCY_NOT_SET', { details: { currency: currencyOf(request, facts.economy) } });
  const terms = termsOf(request, economy);
  const asked = terms.diamonds ?? terms.amountMinor + terms.feeMinor;
  const { amountMinor, feeMinor, currency } = terms;
  const bounds = boundsOf(terms.source, economy);
  const now = ctx.now();
  const verdict = judgeLimits(asked, bounds, facts.today);
  if (verdict !== 'allow') throw payoutError(verdict.code, { details: verdict.details });
  if (amountMinor <= 0) throw payoutError('PAYOUT_TOO_SMALL', { details: { dueMinor: asked, feeMinor, currency } });
  if (request.method === 'stripe' && !ctx.payouts?.canSend(amountMinor, currency))
    throw payoutError('PAYOUT_NOT_SENDABLE', { details: { amountMinor, feeMinor, currency } });
  const balance = await requireBalance(ctx, userId, terms, { ...facts, economy });
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
      requireThat(ctx, whileActive(userId, fitsToday(userId, request, asked, bounds, now))),
      requireThat(ctx, balance.isStillSo),
      ...(exchange ? exchangeStatements(ctx, exchange) : []),
      ctx.db.insert(payouts).values(row),
      ...post(ctx, holdLegs(row)),
    ],
    { events: [staffEvent('payout', { id: row.id, subjectId: userId })], refusals: RACED },
  );
  ctx.log.event('payout.requested', { payoutId: row.id, source: row.source, amountMinor, currency });
  return { ...row, setOff: balance.setOff };
}

const changed = () => payoutError('PAYOUT_CHANGED');
const RACED: Refusals = {
  DEMAND_NOT_MET: changed,
  [OVERDRAFT]: changed,
  [ACCOUNT_MISSING]: changed,
  ...BANNED_MEANWHILE,
};

/** Checks that there is somewhere to send the money. */
function requireMethod(ctx: Context, method: PayoutRow['method'], facts: RequestFacts): void {
  const { hasDetails, restsUntil, accountEnabled } = facts;
  if (method === 'bank') {
    if (hasDetails === 0) throw payoutError('BANK_DETAILS_MISSING');
    if (restsUntil !== null) throw payoutError('BANK_DETAILS_RESTING', { details: { usableAt: toIso(restsUntil) } });
    return;
  }
  if (!ctx.payouts) throw payoutError('PAYOUTS_BY_BANK_ONLY');
  if (accountEnabled === null) throw payoutError('PAYOUT_ACCOUNT_MISSING');
  if (accountEnabled === 0) throw payoutError('PAYOUT_ACCOUNT_NOT_READY');
}

interface Balance {
  /** The exchange that pays a debt first. */
  readonly setOff: SetOff | null;
  /** What the batch must require besides the ledger's rules, which know neither debts nor what has matured. */
  readonly isStillSo: SQL;
}

/** Throws DEBT_OPEN, NOT_ENOUGH_DIAMONDS, NOT_ENOUGH_SALES. */
async function requireBalance(ctx: Context, userId: string, terms: Terms, facts: RequestFacts): Promise<Balance> {
  const { currency } = terms;
  const { coins, economy } = facts;
  const sales = facts.sales[currency] ?? 0;
  const held = facts.heldSales[currency] ?? 0;
  const dueMinor = terms.amountMinor + terms.feeMinor;
  const diamonds = await readDiamonds(ctx, userId, economy);
  const { matured, maturing } = diamonds;
  const setOff = setOffOf(Math.max(0, -coins), economy);
  const owedDiamonds = Math.max(0, -diamonds.total);
  const owedSales = terms.diamonds === null ? 0 : Math.max(0, -sales);
  const needed = setOff?.diamonds ?? 0;
  if (owedDiamonds > 0 || matured < needed || owedSales > 0)
    throw payoutError('DEBT_OPEN', {
      details: {
        ...{ coins: Math.max(0, -coins), diamondsNeeded: needed + owedDiamonds, matured: Math.max(0, matured) },
        ...(owedSales > 0 ? { sales: { currency, amountMinor: owedSales } } : {}),
      },
    });
  const asked = terms.diamonds ?? 0;
  if (matured - needed < asked)
    throw payoutError('NOT_ENOUGH_DIAMONDS', { details: { matured: matured - needed, maturing, asked } });
  if (terms.diamonds === null && sales - held < dueMinor)
    throw payoutError('NOT_ENOUGH_SALES', { details: { balance: sales, maturing: held, asked: dueMinor, currency } });
  return {
    setOff,
    isStillSo: sql`(${owesStill(userId, coins)}) AND (${stillMatured(userId, needed + asked, diamonds)})
      AND (${salesStillReach(userId, terms)})`,
  };
}

/** Enough sales have matured, or a payout of diamonds finds no debt of sales in its currency. */
function salesStillReach(userId: string, { diamonds, amountMinor, feeMinor, currency }: Terms): SQL {
  const balance = balanceOf('sales', currency, userId);
  if (diamonds !== null) return sql`${balance} >= 0`;
  return sql`${balance} - coalesce((SELECT amount_minor FROM ${salesHeld}
    WHERE seller_id = ${userId} AND currency = ${currency}), 0) >= ${int(amountMinor + feeMinor)}`;
}

/** A debt is as it was read, or there still is none. */
function owesStill(userId: string, coins: number): SQL {
  const balance = balanceOf('wallet', 'coin', userId);
  return coins < 0 ? sql`${balance} = ${int(coins)}` : sql`${balance} >= 0`;
}

function exchangeOf(ctx: Context, userId: string, setOff: SetOff, { version }: Economy): ExchangeRow {
  // No request repeats it: the payout's own key does.
  const once = { idempotencyKey: `set-off:${newId()}`, bodyHash: '' };
  return newExchange(ctx, { ...setOff, ...once, userId, economyVersion: version });
}

/**
 * Requests a cash-out. The batch that writes the request also holds its amount. It requires the day's limits and the
 * matured diamonds at that moment, so of concurrent requests only those that fit succeed.
 */

import type { z } from '@hono/zod-openapi';
import { and, eq, gte, notInArray, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, type Refusals, requireThat } from '@/db/commit';
import { int } from '@/db/sql';
import { limitsIn } from '@/domains/base/economy/limits';
import { type Economy, readEconomy } from '@/domains/base/economy/read';
import { readDiamonds, stillMatured } from '@/domains/money/earnings/maturity';
import { creatorApplications } from '@/domains/people/creators/tables';
import { AppError } from '@/http/errors';
import { type Once, performOnce } from '@/http/idempotency';
import { ACCOUNT_MISSING, OVERDRAFT, post, readBalance } from '@/ledger/transfers';
import { firstIdAt, newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';
import { payoutError } from './errors';
import { holdLegs } from './legs';
import { presentPayout } from './present';
import type { PayoutRequest } from './schemas';
import { type PayoutRow, payoutAccounts, payouts } from './tables';
import { type Bounds, boundsOf, judgeLimits, type Terms, termsOf } from './terms';

const ATTEMPTS_MAX = 3;

type PayoutInput = z.output<typeof PayoutRequest>;

/**
 * Throws BANK_DETAILS_MISSING, PAYOUT_ACCOUNT_MISSING, PAYOUT_ACCOUNT_NOT_READY, PAYOUTS_BY_BANK_ONLY,
 * PAYOUT_CURRENCY_NOT_SET, PAYOUT_NOT_SENDABLE, PAYOUT_TOO_SMALL, PAYOUT_LIMIT_MINIMUM, PAYOUT_LIMIT_MAXIMUM, PAYOUT_LIMIT_DAILY, NOT_ENOUGH_DIAMONDS,
 * NOT_ENOUGH_SALES, PAYOUT_CHANGED, IDEMPOTENCY_KEY_REUSED.
 */
export async function requestPayout(ctx: Context, userId: string, request: PayoutInput, once: Once) {
  const made = and(eq(payouts.userId, userId), eq(payouts.idempotencyKey, once.idempotencyKey));
  const find = async () => ctx.db.select().from(payouts).where(made).get();
  const row = await performOnce(once, await find(), () => hold(ctx, userId, request, once), find);
  return presentPayout(row);
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
  const economy = inCurrencyOf(request, await readEconomy(ctx));
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
  const isThere = await requireBalance(ctx, userId, terms, economy);

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
  };
  await commit(
    ctx,
    [
      requireThat(ctx, fitsToday(userId, terms, asked, bounds, now)),
      ...(isThere ? [requireThat(ctx, isThere)] : []),
      ctx.db.insert(payouts).values(row),
      ...post(ctx, holdLegs(row)),
    ],
    { refusals: RACED },
  );
  ctx.log.event('payout.requested', { payoutId: row.id, source: row.source, amountMinor, currency });
  return row;
}

/** The economy with the limits of the currency that is paid out. Throws PAYOUT_CURRENCY_NOT_SET. */
function inCurrencyOf(request: PayoutInput, economy: Economy): Economy {
  const currency = request.source === 'diamonds' ? economy.conversions.payoutCurrency : request.currency;
  const limits = limitsIn(economy, currency);
  if (!limits) throw payoutError('PAYOUT_CURRENCY_NOT_SET', { details: { currency } });
  return { ...economy, limits };
}

const changed = () => payoutError('PAYOUT_CHANGED');
const RACED: Refusals = { DEMAND_NOT_MET: changed, [OVERDRAFT]: changed, [ACCOUNT_MISSING]: changed };

/** Checks that there is somewhere to send the money. */
async function requireMethod(ctx: Context, userId: string, method: PayoutRow['method']): Promise<void> {
  if (method === 'bank') {
    const isApproved = and(eq(creatorApplications.userId, userId), eq(creatorApplications.status, 'APPROVED'));
    const details = await ctx.db
      .select({ id: creatorApplications.id })
      .from(creatorApplications)
      .where(isApproved)
      .get();
    if (!details) throw payoutError('BANK_DETAILS_MISSING');
    return;
  }
  if (!ctx.payouts) throw payoutError('PAYOUTS_BY_BANK_ONLY');
  const account = await ctx.db.select().from(payoutAccounts).where(eq(payoutAccounts.userId, userId)).get();
  if (!account) throw payoutError('PAYOUT_ACCOUNT_MISSING');
  if (!account.payoutsEnabled) throw payoutError('PAYOUT_ACCOUNT_NOT_READY');
}

/**
 * Returns what the batch must require besides the ledger's rules. Sales need nothing more; diamonds do, because the
 * ledger does not know their age. Throws NOT_ENOUGH_DIAMONDS, NOT_ENOUGH_SALES.
 */
async function requireBalance(
  ctx: Context,
  userId: string,
  { diamonds, amountMinor, feeMinor, currency }: Terms,
  economy: Economy,
): Promise<SQL | undefined> {
  if (diamonds === null) {
    const asked = amountMinor + feeMinor;
    const balance = await readBalance(ctx, userId, 'sales', currency);
    if (balance < asked) throw payoutError('NOT_ENOUGH_SALES', { details: { balance, asked, currency } });
    return undefined;
  }
  const read = await readDiamonds(ctx, userId, economy);
  const { matured, maturing } = read;
  if (matured < diamonds) throw payoutError('NOT_ENOUGH_DIAMONDS', { details: { matured, maturing, asked: diamonds } });
  return stillMatured(userId, diamonds, read);
}

// --- The day's limits

/** The payouts that count towards a day (UTC): rejected and failed ones gave back what they took. */
function ofDay(userId: string, now: number): SQL | undefined {
  const midnight = now - (now % DAY_MS);
  return and(
    eq(payouts.userId, userId),
    gte(payouts.id, firstIdAt(midnight)), // for the index; an id is created after its time was read
    gte(payouts.requestedAt, midnight),
    notInArray(payouts.status, ['rejected', 'failed']),
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

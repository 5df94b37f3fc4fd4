/**
 * Asks providers about checkouts that ended without an event, and expires those that no provider knows about. The cron
 * runs it every minute.
 */

import { asc, inArray, lte, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PaymentEvent } from '@/contracts/payments';
import { int } from '@/db/sql';
import { AppError } from '@/http/errors';
import { DAY_MS, MINUTE_MS } from '@/shared/time';
import { applyPaymentEvent } from './apply';
import { isOfOnePayment, type OnePaymentEvent } from './facts';
import { HeldForStaff } from './held';
import { PROCESSING_MS_MAX } from './judge-unpaid';
import type { PaymentKind, PaymentKinds } from './kinds';
import type { Payment } from './tables';

/** Below the six connections that a request may have open; applying each answer takes about twenty statements. */
const ASKED_AT_ONCE = 5;
/** The next attempt waits as long as the checkout has been over, but at least and at most this long. */
const DELAY_MS_MIN = 5 * MINUTE_MS;
const DELAY_MS_MAX = DAY_MS;
/** After this long, a checkout that the provider does not know about will never exist. */
const GIVEN_UP_AFTER_MS = DAY_MS;

/** Returns whether more payments are due. */
export async function askAboutPayments(ctx: Context, kinds: PaymentKinds): Promise<boolean> {
  let hasMore = false;
  for (const [paysFor, kind] of Object.entries(kinds)) {
    const due = await takeDue(ctx, kind);
    await Promise.all(due.map((payment) => ask(ctx, kinds, paysFor, payment)));
    hasMore ||= due.length === ASKED_AT_ONCE;
  }
  return hasMore;
}

/** Selects and postpones in one statement, so that two concurrent sweeps never take the same payment. */
async function takeDue(ctx: Context, kind: PaymentKind): Promise<readonly Payment[]> {
  const { table } = kind;
  const now = sql`${int(ctx.now())}`; // D1 binds numbers as REAL
  const due = ctx.db
    .select({ id: table.id })
    .from(table)
    .where(lte(table.askAt, ctx.now()))
    .orderBy(asc(table.askAt))
    .limit(ASKED_AT_ONCE);
  return kind.change(ctx, inArray(table.id, due), {
    askAt: sql`${now} + max(${int(DELAY_MS_MIN)}, min(${int(DELAY_MS_MAX)}, ${now} - ${table.expiresAt}))`,
  });
}

/** A failed attempt is retried when the payment is due again. */
async function ask(ctx: Context, kinds: PaymentKinds, paysFor: string, payment: Payment): Promise<void> {
  const where = `payment ${payment.id}`;
  try {
    const outcome = await findOutcome(ctx, payment, kinds[paysFor]?.goodsOf !== undefined);
    if (outcome) await applyPaymentEvent(ctx, kinds, payment.provider, outcome);
  } catch (error) {
    if (error instanceof AppError) return ctx.log.warning(where, error.code);
    if (error instanceof HeldForStaff)
      return ctx.log.event('payment.held', { paysFor, purchaseId: payment.id, because: error.message });
    ctx.log.fault(where, error);
  }
}

/** Throws PAYMENT_UNAVAILABLE. */
async function findOutcome(ctx: Context, payment: Payment, endsIt: boolean): Promise<OnePaymentEvent | undefined> {
  const { id, checkoutId } = payment;
  const expired = { type: 'expired', purchaseId: id, paymentId: null } as const;
  // The request was killed before a checkout existed, so no buyer was ever sent to one.
  if (checkoutId === null) return expired;
  const outcome = await askProvider(ctx, payment, checkoutId, endsIt);
  if (isGivenUp(payment, outcome, ctx.now())) return expired;
  return outcome && isOfOnePayment(outcome) ? outcome : undefined;
}

/**
 * A provider that refuses to tell, such as about a checkout that it does not know, says nothing.
 * @param endsIt what is held must be free again: nobody can pay afterwards
 */
async function askProvider(ctx: Context, { id, provider }: Payment, checkoutId: string, endsIt: boolean) {
  const asked = ctx.payments.of(provider);
  try {
    return await (endsIt ? asked?.endCheckout(id, checkoutId) : asked?.findOutcome(id, checkoutId));
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'PAYMENT_REFUSED') throw error;
    ctx.log.fault(`payment ${id}`, error);
    return undefined;
  }
}

/** Money on its way is waited for longer than a checkout that nobody finished. */
function isGivenUp(
  { status, expiresAt, processingAt }: Payment,
  outcome: PaymentEvent | undefined,
  now: number,
): boolean {
  if (status === 'processing')
    return now >= (processingAt ?? now) + PROCESSING_MS_MAX && (outcome?.type ?? 'processing') === 'processing';
  return now >= expiresAt + GIVEN_UP_AFTER_MS && (outcome?.type ?? 'failed') === 'failed';
}

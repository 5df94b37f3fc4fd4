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
import type { OnePaymentEvent } from './facts';
import { HeldForStaff } from './held';
import type { PaymentKind, PaymentKinds } from './kinds';
import type { Payment } from './tables';

/** Below the six connections that a request may have open; applying each answer takes about twenty statements. */
const ASKED_AT_ONCE = 5;
/** The next attempt waits as long as the checkout has been over, but at least this long. */
const DELAY_MS_MIN = 5 * MINUTE_MS;
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
    askAt: sql`${now} + max(${int(DELAY_MS_MIN)}, ${now} - ${table.expiresAt})`,
  });
}

/** A failed attempt is retried when the payment is due again. */
async function ask(ctx: Context, kinds: PaymentKinds, paysFor: string, payment: Payment): Promise<void> {
  const where = `payment ${payment.id}`;
  try {
    const outcome = await findOutcome(ctx, payment);
    if (outcome) await applyPaymentEvent(ctx, kinds, payment.provider, outcome);
  } catch (error) {
    if (error instanceof AppError) return ctx.log.warning(where, error.code);
    if (error instanceof HeldForStaff)
      return ctx.log.event('payment.held', { paysFor, purchaseId: payment.id, because: error.message });
    ctx.log.fault(where, error);
  }
}

/** Throws PAYMENT_UNAVAILABLE. */
async function findOutcome(ctx: Context, payment: Payment): Promise<OnePaymentEvent | undefined> {
  const { id, provider: name, checkoutId, expiresAt } = payment;
  const expired = { type: 'expired', purchaseId: id, paymentId: null } as const;
  // The request was killed before a checkout existed, so no buyer was ever sent to one.
  if (checkoutId === null) return expired;
  const isGivenUp = ctx.now() >= expiresAt + GIVEN_UP_AFTER_MS;
  const provider = ctx.payments.of(name);
  const outcome = await provider?.findOutcome(id, checkoutId);
  if (isGivenUp && (outcome === undefined || outcome.type === 'failed')) return expired;
  return outcome && isOfOnePayment(outcome) ? outcome : undefined;
}

function isOfOnePayment(event: PaymentEvent): event is OnePaymentEvent {
  return event.type !== 'payout-account' && event.type !== 'payout-returned';
}

/**
 * Applies an event on the decision of staff although it does not fit its payment. What moves, moves in one commit with
 * the statements that record the decision, so it moves once.
 *
 * - `accept`: the event is true. What arrived is the price of an unpaid purchase, whatever was asked; a report about a
 *   refund or dispute replaces what it contradicts.
 * - `credit`: as `accept` if the purchase is unpaid. If another payment paid it already, this payment buys the same
 *   again, without the discount, as a purchase of its own: refunds and disputes of either payment stay apart.
 */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { MINOR_MAX } from '@/contracts/economy';
import type { PaymentProviderName } from '@/contracts/payments';
import { commit, refusalOf } from '@/db/commit';
import { MINOR_DIGITS } from '@/shared/currency';
import { newId } from '@/shared/ids';
import { settlementOf } from './apply';
import { readReports } from './claims';
import { paymentError } from './errors';
import { findKnown, isAnotherPayment, type KnownPayment, learn, type OnePaymentEvent } from './facts';
import { HeldForStaff } from './held';
import type { PaymentKinds } from './kinds';
import type { Payment } from './tables';

export interface PaymentDecision {
  readonly decision: 'accept' | 'credit';
  /** Who decides: not the buyer. */
  readonly staffId: string;
  /** Statements that record the decision. */
  readonly record: (payment: Payment) => readonly Statement[];
}

/** Throws OWN_PAYMENT, DECISION_IMPOSSIBLE, DECISION_OVERTAKEN, PAYMENT_NOT_KNOWN_YET, PAYMENT_UNAVAILABLE. */
export async function decidePaymentEvent(
  ctx: Context,
  kinds: PaymentKinds,
  provider: PaymentProviderName,
  event: OnePaymentEvent,
  decision: PaymentDecision,
): Promise<void> {
  try {
    await settleDecided(ctx, kinds, provider, event, decision);
  } catch (error) {
    if (error instanceof HeldForStaff) throw impossible(error.message);
    const overtaken = () => paymentError('DECISION_OVERTAKEN');
    throw refusalOf(error, { DEMAND_NOT_MET: overtaken, 'UNIQUE constraint': overtaken }) ?? error;
  }
}

async function settleDecided(
  ctx: Context,
  kinds: PaymentKinds,
  provider: PaymentProviderName,
  event: OnePaymentEvent,
  { decision, staffId, record }: PaymentDecision,
): Promise<void> {
  const known = await findKnown(ctx, kinds, provider, event);
  if (!known) throw impossible('The payment was not made by a checkout of this platform.');
  const { kind, payment } = known;
  if (payment.userId === staffId) throw paymentError('OWN_PAYMENT');
  if (decision === 'credit' && event.type !== 'paid') throw impossible('Only a payment can be credited.');
  if (event.type === 'paid') requirePayable(payment, event);
  const isAgain = decision === 'credit' && isAnotherPayment(payment, event);
  const { opening, subject } = isAgain ? anotherOf(ctx, known, provider) : { opening: [], subject: known };
  const news = learn(subject, event, await readReports(ctx, subject, event), ctx.now(), true);
  if (!news) return void (await commit(ctx, record(payment)));
  const settlement = settlementOf(ctx, subject, news);
  const statements = [...settlement.statements, ...record(payment)];
  await kind.settle(ctx, subject.payment, { ...settlement, opening, statements });
}

type Paid = Extract<OnePaymentEvent, { type: 'paid' }>;

/** What arrived becomes the price, so a package must be able to have it. The asked currency may have been withdrawn. */
function requirePayable({ currency: asked }: Payment, { amountMinor, currency }: Paid): void {
  if (amountMinor <= 0) throw impossible('Nothing was paid.');
  if (currency !== asked && !MINOR_DIGITS.has(currency)) throw impossible(`Nothing can be bought in ${currency}.`);
  if (amountMinor > MINOR_MAX) throw impossible('The amount is larger than any price may be.');
}

/** The new row is pending, and never open: there is no checkout of its own, and none is counted. */
function anotherOf(ctx: Context, { kind, payment }: KnownPayment, provider: PaymentProviderName) {
  const now = ctx.now();
  const { userId, amountMinor, currency, successUrl, cancelUrl } = payment;
  const { row, insert } = kind.again(ctx, payment, {
    ...{ id: newId(), userId, amountMinor, currency, successUrl, cancelUrl, provider, status: 'pending' },
    ...{ checkoutId: null, checkoutUrl: null, paymentId: null, reversedMinor: 0, version: 0 },
    ...{ createdAt: now, expiresAt: now, askAt: null, paidAt: null, processingAt: null, countedAt: null },
    fraudWarnedAt: null,
  });
  const subject: KnownPayment = { kind, payment: row, claims: new Map() };
  return { opening: [insert], subject };
}

function impossible(because: string) {
  return paymentError('DECISION_IMPOSSIBLE', {
    message: `This cannot be applied: ${because} Close the event, or handle it at the provider.`,
  });
}

/**
 * Applies events from payment providers, which arrive in any order and may repeat. All facts together decide the
 * payment's outcome. Its kind books the difference in one commit, if the row is unchanged since it was read.
 */
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { PaymentProviderName } from '@/contracts/payments';
import { getKnown, type KnownPayment, learn, type News, type OnePaymentEvent } from './facts';
import { judgePayment } from './judge-payment';
import { isOverUnpaid } from './judge-unpaid';
import { isRaced, type PaymentKinds, type Settlement } from './kinds';
import { paymentClaims } from './tables';

/** An attempt fails if another event changed the row first. */
const ATTEMPTS_MAX = 5;

/** Throws HeldForStaff if the event contradicts the payment, and another error if the event should be retried. */
export async function applyPaymentEvent(
  ctx: Context,
  kinds: PaymentKinds,
  provider: PaymentProviderName,
  event: OnePaymentEvent,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const known = await getKnown(ctx, kinds, provider, event);
    const news = learn(known, event, ctx.now());
    if (!news) return;
    try {
      return await known.kind.settle(ctx, known.payment, settlementOf(ctx, known, news));
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !isRaced(error)) throw error;
    }
  }
}

function settlementOf(ctx: Context, { payment }: KnownPayment, news: News): Settlement {
  const { amountMinor, askAt, version } = payment;
  const { paidAt, paymentId, processingAt, unpaid, claims } = news;
  const facts = { amountMinor, isPaid: paidAt !== null, unpaid };
  const { status, reversedMinor, isGone } = judgePayment(facts, [...claims.values()]);
  const isOver = paidAt === null && isOverUnpaid({ status: unpaid, processingAt });
  const isToBeAsked = paidAt === null && !isOver;
  return {
    change: {
      ...{ status, paymentId, paidAt, processingAt, reversedMinor, version: version + 1 },
      askAt: isToBeAsked ? (askAt ?? ctx.now()) : null,
    },
    becomesPaid: paidAt !== null && payment.paidAt === null,
    isOver,
    isGone,
    statements: keepClaim(ctx, payment.id, news),
  };
}

function keepClaim(ctx: Context, id: string, { claimId, claims }: News): Statement[] {
  const claim = claimId === undefined ? undefined : claims.get(claimId);
  if (claimId === undefined || !claim) return [];
  const now = ctx.now();
  const { amountMinor, state } = claim;
  return [
    ctx.db
      .insert(paymentClaims)
      .values({ purchaseId: id, claimId, ...claim, createdAt: now, updatedAt: now })
      .onConflictDoUpdate({
        target: [paymentClaims.purchaseId, paymentClaims.claimId],
        set: { amountMinor, state, updatedAt: now },
      }),
  ];
}

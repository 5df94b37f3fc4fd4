/**
 * Applies events from payment providers, which arrive in any order and may repeat. All facts together decide the
 * payment's outcome. Its kind books the difference in one commit, if the row is unchanged since it was read.
 */
import { and, eq, inArray } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { PaymentProviderName } from '@/contracts/payments';
import { claimChanges, readReports } from './claims';
import { findKnown, type KnownPayment, learn, type News, type OnePaymentEvent } from './facts';
import { judgePayment } from './judge-payment';
import { isOverUnpaid } from './judge-unpaid';
import { isRaced, type PaymentKinds, type Settlement } from './kinds';
import { paymentClaims } from './tables';

/** An attempt fails if another event changed the row first. */
const ATTEMPTS_MAX = 5;

/**
 * Ignores events about payments that our checkout did not make. Throws HeldForStaff if the event contradicts the
 * payment, and another error if the event should be retried.
 */
export async function applyPaymentEvent(
  ctx: Context,
  kinds: PaymentKinds,
  provider: PaymentProviderName,
  event: OnePaymentEvent,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const known = await findKnown(ctx, kinds, provider, event);
    if (!known) return ctx.log.event('payment.not-ours', { provider, paymentId: event.paymentId });
    const news = learn(known, event, await readReports(ctx, known, event), ctx.now());
    if (!news) return;
    try {
      return await known.kind.settle(ctx, known.payment, settlementOf(ctx, known, news));
    } catch (error) {
      if (attempt === ATTEMPTS_MAX || !isRaced(error)) throw error;
    }
  }
}

export function settlementOf(ctx: Context, known: KnownPayment, news: News): Settlement {
  const { paidAt: paidBefore, askAt, version } = known.payment;
  const { amountMinor, currency, paidAt, paymentId, processingAt, unpaid, fraudWarnedAt, claims } = news;
  const facts = { amountMinor, isPaid: paidAt !== null, unpaid };
  const { status, reversedMinor } = judgePayment(facts, [...claims.values()]);
  const isOver = paidAt === null && isOverUnpaid({ status: unpaid, processingAt });
  const isToBeAsked = paidAt === null && !isOver;
  return {
    change: {
      ...{ status, amountMinor, currency, paymentId, paidAt, processingAt, reversedMinor, fraudWarnedAt },
      askAt: isToBeAsked ? (askAt ?? ctx.now()) : null,
      version: version + 1,
    },
    becomesPaid: paidAt !== null && paidBefore === null,
    ...(news.taxMinor === undefined ? {} : { taxMinor: news.taxMinor }),
    ...(news.address === undefined ? {} : { address: news.address }),
    claims: [...claims.values()],
    isOver,
    statements: keepClaims(ctx, known, news),
  };
}

/** One statement a claim: D1 binds at most a hundred values in a statement. */
function keepClaims(ctx: Context, { payment, claims }: KnownPayment, news: News): Statement[] {
  const { id: purchaseId, provider, currency } = payment;
  const { written, dropped } = claimChanges(claims, news.claims);
  const now = ctx.now();
  const isDropped = and(eq(paymentClaims.purchaseId, purchaseId), inArray(paymentClaims.claimId, dropped));
  return [
    ...(dropped.length === 0 ? [] : [ctx.db.delete(paymentClaims).where(isDropped)]),
    ...written.map(([claimId, claim]) => {
      const { amountMinor, state, eventAt } = claim;
      return ctx.db
        .insert(paymentClaims)
        .values({ purchaseId, claimId, ...claim, provider, currency, createdAt: now, updatedAt: now })
        .onConflictDoUpdate({
          target: [paymentClaims.purchaseId, paymentClaims.claimId],
          set: { amountMinor, state, eventAt, updatedAt: now },
        });
    }),
  ];
}

/** Checkouts of which no event came: the provider is asked, and what nobody knows is let go. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { coinsOf, purchaseOf } from '#test/support/money';
import { aCode, aPurchase, eventsOf, tell } from '#test/support/purchases';
import { asViewer } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { PaymentEvent, PaymentProvider } from '@/contracts/payments';
import { discountCodes } from '@/domains/money/discounts/tables';
import { askAboutPayments } from '@/domains/money/payments/sweep';
import { purchases } from '@/domains/money/purchases/tables';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import { paymentProviderError } from '@/providers/payment-errors';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '@/shared/time';

/** A Context at this time, whose provider answers so; without an answer its keys are gone. */
function asking(now: number, findOutcome?: PaymentProvider['findOutcome']) {
  const base = testContext();
  const asked: string[] = [];
  const provider: PaymentProvider = {
    ...base.payments.current,
    findOutcome: (purchaseId, checkoutId) => {
      asked.push(purchaseId);
      return findOutcome?.(purchaseId, checkoutId) ?? Promise.resolve(undefined);
    },
  };
  const payments = { ...base.payments, of: () => (findOutcome ? provider : undefined) };
  const ctx: Context = { ...base, payments, now: () => now };
  return { ctx, asked };
}

const away = async () => {
  throw paymentProviderError('PAYMENT_UNAVAILABLE');
};
const knowsNothing = async () => undefined;
const says = (event: PaymentEvent) => async () => event;

async function aCheckout(discountCode?: string) {
  await testContext().db.update(purchases).set({ askAt: null }); // those of other tests are none of ours
  const buyer = await asViewer();
  const row = await aPurchase(buyer, {}, discountCode);
  return { buyer, row, events: eventsOf(row), state: () => purchaseOf(row.id) };
}

describe('the sweep of purchases', () => {
  it('does not ask about purchases that can still be paid or are already paid', async () => {
    const { row, events } = await aCheckout();
    const early = asking(row.expiresAt - 1, knowsNothing);
    await askAboutPayments(early.ctx, PAYMENT_KINDS);
    await tell(events.paid);
    const late = asking(row.expiresAt + DAY_MS, knowsNothing);
    await askAboutPayments(late.ctx, PAYMENT_KINDS);
    expect([early.asked, late.asked]).toEqual([[], []]);
  });

  it('credits paid purchases whose event never came', async () => {
    const { buyer, row, events, state } = await aCheckout();
    await askAboutPayments(asking(row.expiresAt, says(events.paid)).ctx, PAYMENT_KINDS);
    expect(await state()).toMatchObject({ status: 'paid' });
    expect(await coinsOf(buyer.userId)).toBe(1_050);
  });

  it('expires what the provider says has expired, and releases the code', async () => {
    const code = await aCode({ usesMax: 1 });
    const { row, events, state } = await aCheckout(code.code);
    await askAboutPayments(asking(row.expiresAt, says(events.expired)).ctx, PAYMENT_KINDS);
    expect(await state()).toMatchObject({ status: 'expired', askAt: null });
    const [after] = await testContext().db.select().from(discountCodes).where(eq(discountCodes.id, code.id));
    expect(after?.uses).toBe(0);
  });

  it('asks about no purchase twice if it runs twice at once', async () => {
    const { row } = await aCheckout();
    const [one, other] = [asking(row.expiresAt, knowsNothing), asking(row.expiresAt, knowsNothing)];
    await Promise.all([askAboutPayments(one.ctx, PAYMENT_KINDS), askAboutPayments(other.ctx, PAYMENT_KINDS)]);
    expect([...one.asked, ...other.asked]).toEqual([row.id]);
  });

  it('asks less and less often while the provider is down, and gives up nothing meanwhile', async () => {
    const { row, state } = await aCheckout();
    const delays: number[] = [];
    for (let now = row.expiresAt; now < row.expiresAt + 3 * DAY_MS; ) {
      await askAboutPayments(asking(now, away).ctx, PAYMENT_KINDS);
      const { askAt, status } = (await state()) ?? {};
      expect(status).toBe('pending');
      delays.push((askAt ?? 0) - now);
      now = askAt ?? Number.POSITIVE_INFINITY;
    }
    expect(delays.slice(0, 4)).toEqual([5, 5, 10, 20].map((minutes) => minutes * MINUTE_MS));
    expect(delays).toHaveLength(12);
    expect(Math.max(...delays)).toBe(DAY_MS);
  });

  it('gives up after a day on purchases that the provider does not know, and on those that failed for good', async () => {
    for (const failed of [false, true]) {
      const { row, events, state } = await aCheckout();
      if (failed) await tell(events.failed);
      const answer = failed ? says(events.failed) : knowsNothing;
      await askAboutPayments(asking(row.expiresAt + 23 * HOUR_MS, answer).ctx, PAYMENT_KINDS);
      expect(await state()).toMatchObject({ status: failed ? 'failed' : 'pending' });
      await askAboutPayments(asking(row.expiresAt + 2 * DAY_MS, answer).ctx, PAYMENT_KINDS);
      expect(await state()).toMatchObject({ status: 'expired', askAt: null });
    }
  });

  it('gives up after a day if its provider no longer has keys', async () => {
    const { row, state } = await aCheckout();
    await askAboutPayments(asking(row.expiresAt).ctx, PAYMENT_KINDS);
    expect(await state()).toMatchObject({ status: 'pending' });
    await askAboutPayments(asking(row.expiresAt + DAY_MS).ctx, PAYMENT_KINDS);
    expect(await state()).toMatchObject({ status: 'expired' });
  });

  it('expires at once a purchase without a checkout, whose request was killed', async () => {
    const { row, state } = await aCheckout();
    const noCheckout = { checkoutId: null, checkoutUrl: null };
    await testContext().db.update(purchases).set(noCheckout).where(eq(purchases.id, row.id));
    const { ctx, asked } = asking(row.expiresAt, away);
    await askAboutPayments(ctx, PAYMENT_KINDS);
    expect(asked).toEqual([]);
    expect(await state()).toMatchObject({ status: 'expired' });
  });

  it('credits nothing if the provider reports another amount, and continues with the other purchases', async () => {
    const { buyer, row, events, state } = await aCheckout();
    const other = await aPurchase(buyer);
    const answer = async (purchaseId: string) =>
      purchaseId === row.id ? { ...events.paid, amountMinor: 1 } : eventsOf(other).paid;
    await askAboutPayments(asking(Math.max(row.expiresAt, other.expiresAt), answer).ctx, PAYMENT_KINDS);
    expect(await state()).toMatchObject({ status: 'pending' });
    expect(await purchaseOf(other.id)).toMatchObject({ status: 'paid' });
  });
});

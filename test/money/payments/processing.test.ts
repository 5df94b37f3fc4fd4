/** Money that takes days: waited for, announced, and credited or let go at its end. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { coinsOf, purchaseOf } from '#test/support/money';
import { recordingContext } from '#test/support/outbox';
import { prove } from '#test/support/proof';
import { aCode, aPurchase, eventsOf, tell } from '#test/support/purchases';
import { asViewer } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { PaymentEvent } from '@/contracts/payments';
import { notify } from '@/domains/base/notifications/notify';
import { discountRedemptions } from '@/domains/money/discounts/tables';
import { askAboutPayments } from '@/domains/money/payments/sweep';
import { purchases } from '@/domains/money/purchases/tables';
import { PAYMENT_KINDS } from '@/domains/operations/webhooks/payment-kinds';
import { paymentProviderError } from '@/providers/payment-errors';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

async function onItsWay() {
  await testContext().db.update(purchases).set({ askAt: null }); // those of other tests are none of ours
  const [buyer, { code }] = [await asViewer(), await aCode()];
  const row = await aPurchase(buyer, {}, code);
  const events = eventsOf(row);
  await tell(events.processing);
  const use = async () => {
    const [found] = await testContext()
      .db.select()
      .from(discountRedemptions)
      .where(eq(discountRedemptions.purchaseId, row.id));
    return found?.state;
  };
  return { buyer, row, events, state: () => purchaseOf(row.id), use, code };
}

/** Runs the sweep at this time, with a provider that answers so. */
async function ask(now: number, answer: PaymentEvent | undefined | (() => never)) {
  const base = testContext();
  const findOutcome = async () => (typeof answer === 'function' ? answer() : answer);
  const payments = { ...base.payments, of: () => ({ ...base.payments.current, findOutcome }) };
  await askAboutPayments({ ...base, payments, now: () => now } satisfies Context, PAYMENT_KINDS);
}

describe('a purchase whose money is on its way', () => {
  it('says so to its buyer, in the list and by a notification', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { ctx, events } = recordingContext();
    for (let times = 0; times < 2; times += 1) await tell(eventsOf(row).processing, ctx);
    expect(events).toMatchObject([
      { notification: { userId: buyer.userId, kind: 'purchase-processing', data: { purchaseId: row.id } } },
    ]);
    const { data } = await buyer.get('payment/purchases');
    expect(data.items).toMatchObject([
      { status: 'processing', processingAt: expect.stringMatching(/Z$/), paidAt: null },
    ]);
    expect(await coinsOf(buyer.userId)).toBe(0);
  });

  it('is not announced as on its way once it has arrived', async () => {
    const buyer = await asViewer();
    const row = await aPurchase(buyer);
    const { ctx, events } = recordingContext();
    await tell(eventsOf(row).processing, ctx);
    await tell(eventsOf(row).paid);
    const [event] = events;
    if (event?.kind !== 'notify') throw new Error('It was not announced');
    await notify(ctx, newId(), event.notification);
    const { data } = await buyer.get('user/notifications');
    expect(data.items.map(({ kind }: { kind: string }) => kind)).not.toContain('purchase-processing');
  });

  it('is asked about at least once a day for thirty days, keeps its code, and then expires', async () => {
    const { row, events, state, use } = await onItsWay();
    const end = ((await state())?.processingAt ?? 0) + 30 * DAY_MS;
    let asked = 0;
    for (let now = row.expiresAt; ; asked += 1) {
      await ask(now, asked % 2 === 0 ? undefined : events.processing);
      const { status, askAt } = (await state()) ?? {};
      if (status === 'expired') {
        expect(now).toBeGreaterThanOrEqual(end);
        break;
      }
      expect([status, await use()]).toEqual(['processing', 'reserved']);
      expect((askAt ?? 0) - now).toBeLessThanOrEqual(DAY_MS);
      now = askAt ?? Number.NaN;
    }
    expect(asked).toBeGreaterThan(30);
    expect(await use()).toBe('released');
  });

  it('is credited with its bonus when the money arrives, weeks later', async () => {
    const { buyer, row, events, state, use } = await onItsWay();
    await tell(events.expired);
    await ask(row.expiresAt + 20 * DAY_MS, events.paid);
    expect(await state()).toMatchObject({ status: 'paid', askAt: null, codeBonusCoins: 100 });
    expect(await use()).toBe('redeemed');
    expect(await coinsOf(buyer.userId)).toBe(1_150);
    expect(await prove()).toMatchObject({ state: 'clean' });
  });

  it('fails with the money, gives its code back, and tells its buyer', async () => {
    const { buyer, row, events, state, use, code } = await onItsWay();
    const { ctx, events: sent } = recordingContext();
    await tell({ ...events.failed, paymentId: events.processing.paymentId }, ctx);
    expect(await state()).toMatchObject({ status: 'failed', askAt: null });
    expect(await use()).toBe('released');
    expect(sent).toMatchObject([{ notification: { userId: buyer.userId, kind: 'purchase-failed' } }]);
    expect((await aPurchase(buyer, {}, code)).id).not.toBe(row.id);
  });

  it('that failed is paid if the money arrives after all', async () => {
    const { buyer, events, state } = await onItsWay();
    for (const event of [events.failed, events.paid]) await tell(event);
    expect(await state()).toMatchObject({ status: 'paid' });
    expect(await coinsOf(buyer.userId)).toBe(1_150);
  });

  it('is found by the sweep if its event never came', async () => {
    await testContext().db.update(purchases).set({ askAt: null });
    const row = await aPurchase(await asViewer());
    await ask(row.expiresAt + 2 * DAY_MS, eventsOf(row).processing);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'processing', askAt: expect.any(Number) });
  });
});

describe('a purchase that its provider refuses to know', () => {
  it('expires after a day instead of being asked about for ever', async () => {
    await testContext().db.update(purchases).set({ askAt: null });
    const row = await aPurchase(await asViewer());
    const refuses = () => {
      throw paymentProviderError('PAYMENT_REFUSED');
    };
    await ask(row.expiresAt, refuses);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'pending' });
    await ask(row.expiresAt + DAY_MS, refuses);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'expired' });
  });
});

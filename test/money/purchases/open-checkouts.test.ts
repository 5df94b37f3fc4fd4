/** How many checkouts a buyer has open, how often a code is reserved, and purchases that the provider refuses. */
import { and, eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { coinsOf, purchaseOf } from '#test/support/money';
import { aBuyer, aCode, aPackage, buy, eventsOf, tell } from '#test/support/purchases';
import { STRIPE_ENV, standInForStripe } from '#test/support/stripe';
import { asViewer } from '#test/support/users';
import { dailyBudgets } from '@/domains/base/budgets/tables';
import { discountCodes } from '@/domains/money/discounts/tables';
import { purchases } from '@/domains/money/purchases/tables';

const ofUser = (userId: string) => testContext().db.select().from(purchases).where(eq(purchases.userId, userId));
const eventsAbout = async (id: string) => {
  const row = await purchaseOf(id);
  if (!row) throw new Error('It did not begin');
  return eventsOf(row);
};

describe('open checkouts', () => {
  it('are three for a buyer: the fourth is refused and names them', async () => {
    const [buyer, { id: packageId }] = [await aBuyer(), await aPackage()];
    const open = [];
    for (let count = 0; count < 3; count += 1) open.push((await buy(buyer, { packageId })).data);
    const { status, error } = await buy(buyer, { packageId });
    expect([status, error.code]).toEqual([409, 'CHECKOUTS_OPEN']);
    expect(error.details).toEqual({
      open: open.map(({ purchaseId, checkoutUrl, expiresAt }) => ({ purchaseId, checkoutUrl, expiresAt })),
    });
    expect((await buy(await asViewer(), { packageId })).status).toBe(201);
  });

  it('are three even if ten are begun at once', async () => {
    const [buyer, { id: packageId }] = [await aBuyer(), await aPackage()];
    const answers = await Promise.all(Array.from({ length: 10 }, () => buy(buyer, { packageId })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(new Set(answers.filter(({ status }) => status !== 201).map(({ error }) => error.code))).toEqual(
      new Set(['CHECKOUTS_OPEN']),
    );
    expect(await ofUser(buyer.userId)).toHaveLength(3);
  });

  it('count a repeated request once, also beside two others', async () => {
    const [buyer, { id: packageId }] = [await aBuyer(), await aPackage()];
    for (let count = 0; count < 2; count += 1) await buy(buyer, { packageId });
    const answers = await Promise.all([1, 2, 3].map(() => buy(buyer, { packageId }, 'one')));
    answers.push(await buy(buyer, { packageId }, 'one'));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201]);
  });

  it('include those that failed and can still be paid', async () => {
    const [buyer, { id: packageId }] = [await aBuyer(), await aPackage()];
    const failed = [];
    for (let count = 0; count < 3; count += 1) {
      const { purchaseId } = (await buy(buyer, { packageId })).data;
      await tell((await eventsAbout(purchaseId)).failed);
      failed.push({ purchaseId });
    }
    const { status, error } = await buy(buyer, { packageId });
    expect([status, error.code, error.details]).toMatchObject([409, 'CHECKOUTS_OPEN', { open: failed }]);
  });

  it('end when they are paid, finished, failed after that, or expired', async () => {
    const [buyer, { id: packageId }] = [await aBuyer(), await aPackage()];
    const begin = async () => (await buy(buyer, { packageId })).data.purchaseId;
    const first = [await begin(), await begin(), await begin()] as const;
    const [paid, slow, lost] = await Promise.all(first.map(eventsAbout));
    await tell(paid?.paid ?? expect.fail());
    await tell(slow?.processing ?? expect.fail());
    for (const event of [lost?.processing, lost?.failed]) await tell(event ?? expect.fail());
    await begin();
    await begin();
    const last = await begin();
    expect((await buy(buyer, { packageId })).error.code).toBe('CHECKOUTS_OPEN');
    await testContext().db.update(purchases).set({ expiresAt: 1 }).where(eq(purchases.id, last));
    expect((await buy(buyer, { packageId })).status).toBe(201);
  });

  it('do not count what the provider did not open, until it is tried again', async () => {
    const stripe = standInForStripe();
    const [person, { id: packageId }] = [await aBuyer(), await aPackage()];
    const buyer = clientWith({ ...STRIPE_ENV, DAILY_CHECKOUTS: '100/100' }, person.headers);
    stripe.failNext('away');
    expect((await buy(buyer, { packageId }, 'lost')).status).toBe(503);
    for (let count = 0; count < 3; count += 1) expect((await buy(buyer, { packageId })).status).toBe(201);
    expect((await buy(buyer, { packageId }, 'lost')).error.code).toBe('CHECKOUTS_OPEN');
  });
});

describe('a code', () => {
  it('is in one open purchase of a user, and free again once that ended', async () => {
    const [buyer, { id: packageId }, { code }] = [await aBuyer(), await aPackage(), await aCode()];
    const wish = { packageId, discountCode: code };
    const first = await buy(buyer, wish);
    const again = await buy(buyer, wish);
    expect([again.status, again.error.code]).toEqual([409, 'DISCOUNT_RESERVED_BY_YOU']);
    const checked = await buyer.post('discount/validate', { code, packageId });
    expect(checked.data).toMatchObject({ valid: false, reason: 'DISCOUNT_RESERVED_BY_YOU' });
    expect((await buy(await asViewer(), wish)).status).toBe(201);
    await tell((await eventsAbout(first.data.purchaseId)).paid);
    expect((await buy(buyer, wish)).status).toBe(201);
  });

  it('is reserved once even if three purchases are begun at once', async () => {
    const [buyer, { id: packageId }, { code, id }] = [await aBuyer(), await aPackage(), await aCode()];
    const answers = await Promise.all([1, 2, 3].map(() => buy(buyer, { packageId, discountCode: code })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    const [row] = await testContext().db.select().from(discountCodes).where(eq(discountCodes.id, id));
    expect(row?.uses).toBe(1);
    expect(await ofUser(buyer.userId)).toHaveLength(1);
  });
});

describe('a purchase that the provider refuses', () => {
  const TIMEOUT_MS = 20_000; // the first call loads Stripe's library

  it('fails at once, gives code and budget back, and is refused again under its key', {
    timeout: TIMEOUT_MS,
  }, async () => {
    const stripe = standInForStripe();
    const [person, { id: packageId }, { code, id }] = [await aBuyer(), await aPackage(), await aCode({ usesMax: 1 })];
    const buyer = clientWith(STRIPE_ENV, person.headers);
    const wish = { packageId, discountCode: code };
    stripe.failNext({ status: 400, error: { type: 'invalid_request_error', code: 'amount_too_small', message: 'no' } });
    const refused = await buy(buyer, wish, 'a-key');
    expect([refused.status, refused.error.code]).toEqual([409, 'PAYMENT_REFUSED']);
    expect(await ofUser(person.userId)).toMatchObject([
      { status: 'failed', checkoutId: null, askAt: null, countedAt: null },
    ]);
    const [used] = await testContext().db.select().from(discountCodes).where(eq(discountCodes.id, id));
    expect(used?.uses).toBe(0);
    const [budget] = await testContext()
      .db.select()
      .from(dailyBudgets)
      .where(and(eq(dailyBudgets.userId, person.userId), eq(dailyBudgets.kind, 'checkouts')));
    expect(budget?.used).toBe(0);
    expect((await buy(buyer, wish, 'a-key')).error.code).toBe('PAYMENT_REFUSED');
    expect(stripe.sessions.size).toBe(0);
    expect((await buy(buyer, wish)).status).toBe(201);
    expect(await coinsOf(person.userId)).toBe(0);
  });

  it('is not one while our own key is wrong: that can be tried again', { timeout: TIMEOUT_MS }, async () => {
    standInForStripe();
    const [person, { id: packageId }] = [await aBuyer(), await aPackage()];
    const wrong = clientWith({ ...STRIPE_ENV, STRIPE_SECRET_KEY: 'sk_test_wrong' }, person.headers);
    expect((await buy(wrong, { packageId }, 'a-key')).error.code).toBe('PAYMENT_UNAVAILABLE');
    expect(await ofUser(person.userId)).toMatchObject([{ status: 'pending' }]);
    expect((await buy(clientWith(STRIPE_ENV, person.headers), { packageId }, 'a-key')).status).toBe(201);
  });
});

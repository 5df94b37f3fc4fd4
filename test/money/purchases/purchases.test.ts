/** Beginning a purchase: nothing is credited by it, and one key makes one. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { coinsOf, once, purchaseOf } from '#test/support/money';
import { aCode, aPackage, aPurchase, buy, eventsOf, RETURN_URLS, tell } from '#test/support/purchases';
import { actorOf, asStaff, asViewer } from '#test/support/users';
import type { PaymentProvider, Payments } from '@/contracts/payments';
import { buyCoins } from '@/domains/money/purchases/buy';
import { purchases } from '@/domains/money/purchases/tables';
import { paymentProviderError } from '@/providers/payment-errors';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';

const ofUser = (userId: string) => testContext().db.select().from(purchases).where(eq(purchases.userId, userId));

describe('POST /payment/purchase', () => {
  it('returns the URL of the checkout, and credits nothing', async () => {
    const [buyer, offered] = [await asViewer(), await aPackage()];
    const { status, data } = await buy(buyer, { packageId: offered.id });
    expect(status).toBe(201);
    expect(data).toMatchObject({
      id: data.purchaseId,
      checkoutUrl: `http://localhost:8787/dev/checkout/${data.purchaseId}`,
      ...{ packageId: offered.id, coins: 1_000, bonusCoins: 50, amountMinor: 999, currency: 'USD' },
      ...{ status: 'pending', provider: 'sandbox', paidAt: null },
    });
    expect(data.discountCode).toBeUndefined();
    expect(Date.parse(data.expiresAt) - Date.parse(data.createdAt)).toBeGreaterThan(30 * MINUTE_MS);
    expect(await coinsOf(buyer.userId)).toBe(0);
  });

  it('adds the bonus of the code, whatever its case', async () => {
    const [buyer, offered, { code }] = [await asViewer(), await aPackage(), await aCode()];
    const { data } = await buy(buyer, { packageId: offered.id, discountCode: ` ${code.toLowerCase()} ` });
    expect(data).toMatchObject({ discountCode: code, codeBonusCoins: 100, bonusCoins: 150 });
  });

  it('creates one purchase per key, whether repeated or sent at once', async () => {
    const [buyer, { id: packageId }] = [await asViewer(), await aPackage()];
    const { code } = await aCode({ usesPerUserMax: 1 });
    const wish = { packageId, discountCode: code };
    const answers = await Promise.all([1, 2, 3, 4].map(() => buy(buyer, wish, 'one')));
    answers.push(await buy(buyer, wish, 'one'));
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(await ofUser(buyer.userId)).toHaveLength(1);
  });

  it('refuses the key for another request, but accepts the same key from another user', async () => {
    const [buyer, other, offered] = [await asViewer(), await asViewer(), await aPackage()];
    await buy(buyer, { packageId: offered.id }, 'mine');
    const again = await buy(buyer, { packageId: (await aPackage()).id }, 'mine');
    expect([again.status, again.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect((await buy(other, { packageId: offered.id }, 'mine')).status).toBe(201);
  });

  it('is 400 without a key and 401 without an account', async () => {
    const body = { packageId: (await aPackage()).id, ...RETURN_URLS };
    expect((await (await asViewer()).post('payment/purchase', body)).error.code).toBe('IDEMPOTENCY_KEY_REQUIRED');
    expect((await client().post('payment/purchase', body, once())).status).toBe(401);
  });

  it('is 404 for a package that is unknown or not on offer', async () => {
    const buyer = await asViewer();
    for (const packageId of [newId(), (await aPackage({ active: false })).id]) {
      const { status, error } = await buy(buyer, { packageId });
      expect([status, error.code]).toEqual([404, 'PACKAGE_NOT_FOUND']);
    }
  });

  it.each([
    'https://evil.test/done',
    'http://localhost:5174/done',
    'http://user:secret@localhost:5173/done',
    'http://localhost:5173.evil.test/',
    'javascript:alert(1)',
    '//localhost:5173/done',
    'nonsense',
  ])('refuses a redirect to %s', async (url) => {
    const [buyer, { id: packageId }] = [await asViewer(), await aPackage()];
    for (const path of ['successUrl', 'cancelUrl']) {
      const { status, error } = await buy(buyer, { packageId, [path]: url });
      expect([status, error.code, error.details]).toMatchObject([422, 'RETURN_URL_NOT_ALLOWED', [{ path }]]);
    }
    expect(await ofUser(buyer.userId)).toEqual([]);
  });

  it('is 422 if fields are missing, unknown or invalid', async () => {
    const [buyer, { id: packageId }] = [await asViewer(), await aPackage()];
    const body = { packageId, ...RETURN_URLS };
    const wrong: Record<string, unknown>[] = [
      { packageId: 5 },
      { coins: 1_000_000 },
      { discountCode: 7 },
      { successUrl: '' },
    ];
    for (const fault of wrong)
      expect((await buyer.post('payment/purchase', { ...body, ...fault }, once())).error.code).toBe(
        'VALIDATION_FAILED',
      );
  });
});

/** A provider that is away for the first so many calls. */
function flakyPayments(payments: Payments, failures: number): { payments: Payments; asked: string[] } {
  const asked: string[] = [];
  const current: PaymentProvider = {
    ...payments.current,
    createCheckout: async (request) => {
      asked.push(request.purchaseId);
      if (asked.length <= failures) throw paymentProviderError('PAYMENT_UNAVAILABLE');
      return payments.current.createCheckout(request);
    },
  };
  return { payments: { ...payments, current }, asked };
}

describe('a purchase whose provider is down', () => {
  async function setUp(failures: number) {
    const buyer = await asViewer();
    const offered = await aPackage();
    const base = testContext();
    const { payments, asked } = flakyPayments(base.payments, failures);
    const ctx = { ...base, payments };
    const actor = actorOf(buyer);
    const request = { idempotencyKey: 'a-key', bodyHash: 'a-hash' };
    const wish = { packageId: offered.id, discountCode: undefined, ...RETURN_URLS };
    return { buyer, ctx, asked, begin: (at = ctx.now()) => buyCoins({ ...ctx, now: () => at }, actor, request, wish) };
  }

  it('is completed by the same key, with the same checkout', async () => {
    const { buyer, asked, begin } = await setUp(1);
    await expect(begin()).rejects.toMatchObject({ status: 503, code: 'PAYMENT_UNAVAILABLE' });
    expect(await ofUser(buyer.userId)).toMatchObject([{ status: 'pending', checkoutId: null }]);
    const { purchaseId, checkoutUrl } = await begin();
    expect(asked).toEqual([purchaseId, purchaseId]);
    expect(await ofUser(buyer.userId)).toMatchObject([{ id: purchaseId, checkoutUrl }]);
    await begin();
    expect(asked).toHaveLength(2);
  });

  it('can no longer be completed once the time left is too short for the provider', async () => {
    const { ctx, begin } = await setUp(1);
    await expect(begin()).rejects.toMatchObject({ status: 503 });
    await expect(begin(ctx.now() + 11 * MINUTE_MS)).rejects.toMatchObject({ status: 409, code: 'CHECKOUT_OVER' });
  });
});

describe('GET /payment/purchases', () => {
  it('pages through my own, newest first', async () => {
    const [buyer, stranger] = [await asViewer(), await asViewer()];
    await aPurchase(stranger);
    const made = [await aPurchase(buyer), await aPurchase(buyer), await aPurchase(buyer)];
    const first = await buyer.get('payment/purchases?perPage=2');
    const rest = await buyer.get(`payment/purchases?perPage=2&cursor=${first.data.pagination.nextCursor}`);
    const ids = [...first.data.items, ...rest.data.items].map(({ id }: { id: string }) => id);
    expect(ids).toEqual(made.map(({ id }) => id).toReversed());
    expect(rest.data.pagination.nextCursor).toBeNull();
    expect((await buyer.get('payment/purchases?cursor=nonsense')).error.code).toBe('CURSOR_INVALID');
  });

  it('shows what was paid and reversed', async () => {
    const buyer = await asViewer();
    const { paid, refunded } = eventsOf(await aPurchase(buyer));
    await tell(paid);
    await tell(refunded(333));
    const { data } = await buyer.get('payment/purchases');
    expect(data.items).toMatchObject([{ status: 'partially_refunded', reversedMinor: 333, reversedCoins: 350 }]);
    expect(data.items[0].paidAt).not.toBeNull();
    expect(await coinsOf(buyer.userId)).toBe(700);
  });
});

describe('a purchase that was started', () => {
  it('keeps its terms when its package changes or is retired', async () => {
    const [owner, buyer] = [await asStaff('owner'), await asViewer()];
    const row = await aPurchase(buyer);
    const changes = { coins: 1, bonusCoins: 0, priceMinor: 1, active: false };
    expect((await owner.put(`owner/panel/packages/${row.packageId}`, changes)).status).toBe(200);
    await tell(eventsOf(row).paid);
    expect(await purchaseOf(row.id)).toMatchObject({ status: 'paid', coins: 1_000, bonusCoins: 50, amountMinor: 999 });
    expect(await coinsOf(buyer.userId)).toBe(1_050);
  });
});

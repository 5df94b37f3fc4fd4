/** Asking for a cash-out: what may be asked for, what is held, and that no haste gets more. */
import { afterEach, describe, expect, it, vi } from 'vitest';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { changeEconomy, diamondsOf, giveDiamonds, once } from '#test/support/money';
import { asPaidCreator, connectToStripe, giveSales, legsOf, payoutOf } from '#test/support/payouts';
import { STRIPE_ENV, standInForStripe } from '#test/support/stripe';
import { asCreator, asStaff, type Person } from '#test/support/users';
import { payoutCheck } from '@/domains/money/payouts/check';
import { readHeldDiamonds } from '@/domains/money/payouts/held';
import { readBalance } from '@/ledger/transfers';
import { DAY_MS } from '@/shared/time';

const PAYOUT = 'payment/payout';
const ofDiamonds = (diamonds: unknown = 1_000) => ({ source: 'diamonds', diamonds, method: 'bank' });
const ofSales = (amountMinor: unknown = 2_000, currency = 'EUR') => ({
  source: 'sales',
  amountMinor,
  currency,
  method: 'bank',
});
const ask = (creator: Pick<Person, 'post'>, body: unknown = ofDiamonds(), key?: string) =>
  creator.post(PAYOUT, body, once(key));
const salesOf = (userId: string, currency = 'EUR') => readBalance(testContext(), userId, 'sales', currency);

afterEach(() => {
  vi.useRealTimers();
});

describe.each(['payment/payout', 'earnings/cashout/request'])('POST /%s', (path) => {
  it('holds the diamonds at once and says what will be sent', async () => {
    const creator = await asPaidCreator(5_000);
    const { status, data } = await creator.post(path, ofDiamonds(2_000), once());
    expect([status, data]).toEqual([
      201,
      {
        ...{ id: expect.any(String), source: 'diamonds', diamonds: 2_000, method: 'bank', status: 'requested' },
        ...{ amountMinor: 1_955, feeMinor: 45, currency: 'USD' },
        ...{ requestedAt: expect.any(String), decidedAt: null, paidAt: null, returnedAt: null, setOff: null },
      },
    ]);
    expect(await diamondsOf(creator.userId)).toBe(3_000);
    expect(await readHeldDiamonds(testContext(), creator.userId)).toBe(2_000);
    expect(await legsOf(data.id)).toEqual(['1 payout_hold 2000 diamond']);
    expect((await payoutOf(data.id)).economyVersion).toBeGreaterThan(0);
  });

  it('returns the same payout for a repeated request, and refuses its key for another', async () => {
    const creator = await asPaidCreator(5_000);
    const { headers } = once();
    const [first, twin] = await Promise.all([1, 2].map(() => creator.post(path, ofDiamonds(), { headers })));
    const again = await creator.post(path, ofDiamonds(), { headers });
    expect([first?.data, twin?.data]).toEqual([again.data, again.data]);
    expect(await diamondsOf(creator.userId)).toBe(4_000);
    const other = await creator.post(path, ofDiamonds(1_001), { headers });
    expect([other.status, other.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    expect((await creator.post(path, ofDiamonds())).error.code).toBe('IDEMPOTENCY_KEY_REQUIRED');
  });
});

describe('a request', () => {
  const wrong: [string, unknown][] = [
    ['an unknown field', { ...ofDiamonds(), note: 'please' }],
    ['a field of the other source', { ...ofDiamonds(), amountMinor: 1_000 }],
    ['no source', { diamonds: 1_000, method: 'bank' }],
    ['another source', { ...ofDiamonds(), source: 'coins' }],
    ['another method', { ...ofDiamonds(), method: 'cash' }],
    ['sales without a currency', { source: 'sales', amountMinor: 2_000, method: 'bank' }],
    ['a currency that is none', ofSales(2_000, 'eur')],
    ...(['1000', 1_000.5, -1_000, 0, 1e12, null] as const).flatMap((amount): [string, unknown][] => [
      [`${JSON.stringify(amount)} diamonds`, ofDiamonds(amount)],
      [`${JSON.stringify(amount)} of sales`, ofSales(amount)],
    ]),
  ];
  it.each(wrong)('with %s is 422', async (_, body) => {
    const creator = await asCreator();
    const { status, error } = await ask(creator, body);
    expect([status, error.code]).toEqual([422, 'VALIDATION_FAILED']);
  });

  it('for more diamonds than have matured is refused', async () => {
    const creator = await asPaidCreator(1_500);
    await giveDiamonds(creator.userId, 700);
    const { status, error } = await ask(creator, ofDiamonds(1_501));
    expect([status, error]).toEqual([
      409,
      expect.objectContaining({
        code: 'NOT_ENOUGH_DIAMONDS',
        details: { matured: 1_500, maturing: 700, asked: 1_501 },
      }),
    ]);
    expect((await ask(creator, ofDiamonds(1_500))).status).toBe(201);
    expect(await diamondsOf(creator.userId)).toBe(700);
  });

  it('can take diamonds from the day they have matured', async () => {
    const creator = await asPaidCreator();
    const earnedAt = Date.parse('2026-11-20T23:59:00Z');
    await giveDiamonds(creator.userId, 1_000, earnedAt);
    const on = async (day: string) => {
      vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(day) });
      const { sessionToken } = creator;
      return creator.post(PAYOUT, ofDiamonds(), {
        headers: { ...once().headers, authorization: `Bearer ${sessionToken}` },
      });
    };
    // The opaque session is good for a week, the diamonds take two: it is prolonged where it is used.
    await on('2026-11-26T00:00:00Z');
    await on('2026-12-01T00:00:00Z');
    expect((await on('2026-12-04T23:59:59Z')).error.code).toBe('NOT_ENOUGH_DIAMONDS');
    expect((await on('2026-12-05T00:00:00Z')).status).toBe(201);
  });

  it('for diamonds that are already held is refused', async () => {
    const creator = await asPaidCreator(1_900);
    await giveDiamonds(creator.userId, 5_000); // there, but too young
    const answers = await Promise.all([1, 2, 3].map(() => ask(creator)));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    const refused = answers.filter(({ status }) => status === 409);
    expect(refused.map(({ error }) => error.code)).toEqual(['NOT_ENOUGH_DIAMONDS', 'NOT_ENOUGH_DIAMONDS']);
    expect(await diamondsOf(creator.userId)).toBe(5_900);
  });

  it('requires bank details', async () => {
    const creator = await asCreator();
    await giveDiamonds(creator.userId, 5_000, Date.now() - 60 * DAY_MS);
    const { status, error } = await ask(creator);
    expect([status, error.code]).toEqual([409, 'BANK_DETAILS_MISSING']);
  });

  it('cannot use diamonds that an exchange takes at the same time', async () => {
    const creator = await asPaidCreator(1_000);
    const [payout, exchange] = await Promise.all([
      ask(creator),
      creator.post('earnings/exchange', { diamonds: 1_000 }, once()),
    ]);
    expect([payout.status, exchange.status].toSorted()).toEqual([201, 409]);
    expect(await diamondsOf(creator.userId)).toBe(0);
  });
});

describe('by Stripe', () => {
  const byStripe = { ...ofDiamonds(), method: 'stripe' };

  it('it requires a provider and an account that is ready', async () => {
    const creator = await asPaidCreator(5_000);
    const none = await ask(creator, byStripe);
    expect([none.status, none.error.code]).toEqual([503, 'PAYOUTS_BY_BANK_ONLY']);
    const stripe = standInForStripe();
    const connected = clientWith(STRIPE_ENV, creator.headers);
    const missing = await ask(connected, byStripe);
    expect([missing.status, missing.error.code]).toEqual([409, 'PAYOUT_ACCOUNT_MISSING']);
    await connectToStripe(stripe, creator.userId, { ready: false });
    const notReady = await ask(connected, byStripe);
    expect([notReady.status, notReady.error.code]).toEqual([409, 'PAYOUT_ACCOUNT_NOT_READY']);
    expect(stripe.calls).toEqual([]);
  });

  it('nothing is sent before it is approved', async () => {
    const stripe = standInForStripe();
    const creator = await asPaidCreator(5_000);
    await connectToStripe(stripe, creator.userId);
    const { status, data } = await ask(clientWith(STRIPE_ENV, creator.headers), byStripe);
    expect([status, data.status]).toEqual([201, 'requested']);
    expect(stripe.calls).toEqual([]);
  });
});

describe('sales', () => {
  it('are held including the fee', async () => {
    const creator = await asPaidCreator();
    await giveSales(creator.userId, 5_000);
    const { status, data } = await ask(creator, ofSales(2_000));
    expect([status, data]).toEqual([
      201,
      expect.objectContaining({ source: 'sales', amountMinor: 1_955, feeMinor: 45, currency: 'EUR' }),
    ]);
    expect(data.diamonds).toBeUndefined();
    expect(await salesOf(creator.userId)).toBe(3_000);
    expect(await legsOf(data.id)).toEqual(['1 sales_hold 2000 EUR']);
  });

  it('are cashed out in their own currency, and not beyond the balance', async () => {
    const creator = await asPaidCreator();
    await giveSales(creator.userId, 1_999);
    for (const [currency, balance] of [
      ['EUR', 1_999],
      ['USD', 0],
    ] as const) {
      const { status, error } = await ask(creator, ofSales(2_000, currency));
      expect([status, error.code, error.details]).toEqual([
        409,
        'NOT_ENOUGH_SALES',
        { balance, maturing: 0, asked: 2_000, currency },
      ]);
    }
  });

  it('need limits in their currency: its own, or a rate for those of the payout currency', async () => {
    const creator = await asPaidCreator();
    const without = await ask(creator, ofSales(2_000, 'HUF'));
    expect([without.status, without.error.code, without.error.details]).toEqual([
      409,
      'PAYOUT_CURRENCY_NOT_SET',
      { currency: 'HUF' },
    ]);
    await giveSales(creator.userId, 5_000_000, 'HUF');
    await giveSales(creator.userId, 50_000, 'JPY');
    await changeEconomy({
      conversions: { currencyRates: [{ currency: 'JPY', numerator: 2, denominator: 3 }] },
      limits: {
        currencies: [
          {
            ...{
              currency: 'HUF',
              payoutMinorMin: 400_000,
              payoutMinorMax: 40_000_000,
              payoutMinorPerDayMax: 80_000_000,
            },
            ...{ payoutFeeMinor: 9_000, rewardCodeFromMinor: 1 },
          },
        ],
      },
    });
    const own = await ask(creator, ofSales(400_000, 'HUF'));
    expect(own.data).toMatchObject({ amountMinor: 387_000, feeMinor: 13_000, currency: 'HUF' });
    expect((await ask(creator, ofSales(399_999, 'HUF'))).error.details).toMatchObject({ min: 400_000 });
    const atRate = await ask(creator, ofSales(1_500, 'JPY'));
    expect(atRate.data).toMatchObject({ amountMinor: 1_447, feeMinor: 53, currency: 'JPY' }); // 37.5 and 15
    expect((await ask(creator, ofSales(1_499, 'JPY'))).error.details).toMatchObject({ min: 1_500 });
    await changeEconomy({ conversions: { currencyRates: [] }, limits: { currencies: [] } });
  });

  it('are sent by the provider only if it can send exactly that amount', async () => {
    const creator = await asPaidCreator();
    await giveSales(creator.userId, 50_000, 'KWD');
    await connectToStripe(standInForStripe(), creator.userId);
    const api = { ...creator, ...clientWith(STRIPE_ENV, creator.headers) };
    const byStripe = { ...ofSales(2_000, 'KWD'), method: 'stripe' };
    const { status, error } = await ask(api, byStripe);
    expect([status, error.code, error.details]).toEqual([
      409,
      'PAYOUT_NOT_SENDABLE',
      { amountMinor: 1_955, feeMinor: 45, currency: 'KWD' },
    ]);
    expect(await ask(api, { ...byStripe, amountMinor: 2_005 })).toMatchObject({ data: { amountMinor: 1_960 } });
    expect((await ask(api, ofSales(2_000, 'KWD'))).status).toBe(201);
  });

  it('cannot be requested twice at once', async () => {
    const creator = await asPaidCreator();
    await giveSales(creator.userId, 3_999);
    const answers = await Promise.all([1, 2, 3].map(() => ask(creator, ofSales(2_000))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
    for (const { status, error } of answers) if (status === 409) expect(error.code).toBe('NOT_ENOUGH_SALES');
    expect(await salesOf(creator.userId)).toBe(1_999);
  });
});

describe('limits', () => {
  it('set a smallest and a largest payout', async () => {
    const creator = await asPaidCreator(2_000_000);
    await giveSales(creator.userId, 2_000_000);
    const refusalOf = async (body: unknown) => {
      const { status, error } = await ask(creator, body);
      return [status, error.code, error.details];
    };
    expect(await refusalOf(ofDiamonds(999))).toEqual([
      409,
      'PAYOUT_LIMIT_MINIMUM',
      { min: 1_000, max: 1_000_000, asked: 999 },
    ]);
    expect(await refusalOf(ofDiamonds(1_000_001))).toEqual([
      409,
      'PAYOUT_LIMIT_MAXIMUM',
      { min: 1_000, max: 1_000_000, asked: 1_000_001 },
    ]);
    expect((await refusalOf(ofSales(999)))[1]).toBe('PAYOUT_LIMIT_MINIMUM');
    expect((await refusalOf(ofSales(1_000_001)))[1]).toBe('PAYOUT_LIMIT_MAXIMUM');
  });

  it('set a number per day, even for ten requests at once', async () => {
    const creator = await asPaidCreator(50_000);
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(creator)));
    const made = answers.filter(({ status }) => status === 201);
    expect(made).toHaveLength(3);
    for (const { status, error } of answers)
      if (status !== 201)
        expect([status, error.code, error.details]).toEqual([
          409,
          'PAYOUT_LIMIT_DAILY',
          { payoutsPerDayMax: 3, payoutsToday: 3 },
        ]);
    expect(await diamondsOf(creator.userId)).toBe(47_000);

    // What was rejected counts no more, and tomorrow is another day.
    const owner = await asStaff('owner');
    await owner.put(`owner/panel/cashouts/${made[0]?.data.id}/reject`, { reason: 'Not today.' });
    expect((await ask(creator)).status).toBe(201);
    expect((await ask(creator)).error.code).toBe('PAYOUT_LIMIT_DAILY');
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + DAY_MS });
    const { sessionToken } = creator;
    const headers = { ...once().headers, authorization: `Bearer ${sessionToken}` };
    expect((await creator.post(PAYOUT, ofDiamonds(), { headers })).status).toBe(201);
  });

  it('set an amount per day, even for ten requests at once', async () => {
    await changeEconomy({
      limits: { payoutsPerDayMax: 100, payoutDiamondsPerDayMax: 4_500, payoutMinorPerDayMax: 5_000 },
    });
    const creator = await asPaidCreator(50_000);
    await giveSales(creator.userId, 50_000);
    const answers = await Promise.all(Array.from({ length: 10 }, () => ask(creator)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(4);
    const refused = await ask(creator, ofDiamonds(1_000));
    expect([refused.error.code, refused.error.details]).toEqual([
      'PAYOUT_LIMIT_DAILY',
      { perDayMax: 4_500, today: 4_000, asked: 1_000 },
    ]);
    const sales = await Promise.all(Array.from({ length: 5 }, () => ask(creator, ofSales(2_000))));
    expect(sales.filter(({ status }) => status === 201)).toHaveLength(2);
    expect(await salesOf(creator.userId)).toBe(46_000);
    expect(await diamondsOf(creator.userId)).toBe(46_000);
  });

  it('refuse a payout that the fee would use up', async () => {
    await changeEconomy({ limits: { payoutDiamondsMin: 1, payoutFeeMinor: 25, payoutFeeBasisPoints: 100 } });
    const creator = await asPaidCreator(1_000);
    const { status, error } = await ask(creator, ofDiamonds(25));
    expect([status, error.code]).toEqual([422, 'PAYOUT_TOO_SMALL']);
    expect((await ask(creator, ofDiamonds(26))).data).toMatchObject({ amountMinor: 1, feeMinor: 25 });
  });
});

describe.each(['payment/payout-history', 'earnings/cashout/my'])('GET /%s', (path) => {
  it('lists the user’s own payouts by page, newest first', async () => {
    await changeEconomy({ limits: { payoutsPerDayMax: 100 } });
    const [creator, other] = [await asPaidCreator(9_000), await asPaidCreator(9_000)];
    await ask(other);
    const ids: string[] = [];
    for (const diamonds of [1_000, 1_100, 1_200]) ids.unshift((await ask(creator, ofDiamonds(diamonds))).data.id);
    const first = await creator.get(`${path}?perPage=2`);
    expect(first.data.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(0, 2));
    expect(first.data.pagination).toEqual({ page: 1, perPage: 2, total: 3, totalPages: 2 });
    const second = await creator.get(`${path}?perPage=2&page=2`);
    expect(second.data.items.map(({ id }: { id: string }) => id)).toEqual(ids.slice(2));
    expect((await creator.get(`${path}?status=paid`)).status).toBe(422);
  });
});

it('leaves books that agree with every cash-out', async () => {
  expect(await payoutCheck.page(testContext(), null)).toEqual({ findings: [], next: null });
});

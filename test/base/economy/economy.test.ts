/** The owner changes the economy: each change is a version of its own, and shows at once in what the public sees. */
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { changeEconomy, giveDiamonds, once } from '#test/support/money';
import { aCode, aPackage } from '#test/support/purchases';
import { asCreator, asStaff } from '#test/support/users';
import { readEconomy } from '@/domains/base/economy/read';
import { economyVersions } from '@/domains/base/economy/tables';
import { staffLog } from '@/domains/base/permissions/tables';
import { gifts } from '@/domains/money/gifts/tables';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

const panel = 'owner/panel/economy';
const asOwner = () => asStaff('owner');
const ratio = (numerator: number, denominator: number) => ({ numerator, denominator });
const currentVersion = async () => (await (await asOwner()).get(`${panel}/config`)).data.version as number;

/** Whatever is refused leaves the economy as it was. */
async function expectNoChange(act: () => Promise<void>) {
  const before = await currentVersion();
  await act();
  expect(await currentVersion()).toBe(before);
}

describe('the configuration', () => {
  it('is for the owner', async () => {
    const { status, data } = await (await asOwner()).get(`${panel}/config`);
    expect(status).toBe(200);
    expect(data).toMatchObject({
      version: expect.any(Number),
      conversions: { payoutCurrency: 'USD' },
      limits: { maturingDays: 14 },
      targets: expect.arrayContaining([expect.objectContaining({ id: 'on-air' })]),
    });
    expect((await client().get(`${panel}/config`)).status).toBe(401);
    expect((await (await asStaff('country_admin')).get(`${panel}/config`)).status).toBe(403);
  });
});

describe('changing conversions', () => {
  it('makes a version that exchanges use from then on, and that says who made it', async () => {
    const [owner, creator] = await Promise.all([asOwner(), asCreator()]);
    await giveDiamonds(creator.userId, 100, Date.now() - 60 * DAY_MS);
    const before = await creator.post('earnings/exchange', { diamonds: 10 }, once());
    const { status, data } = await owner.put(`${panel}/conversions`, { coinsPerDiamond: ratio(1, 2) });
    expect(status).toBe(200);
    expect(data).toMatchObject({
      version: before.data.economyVersion + 1,
      conversions: { coinsPerDiamond: ratio(1, 2), diamondsPerCoin: ratio(1, 2) },
      changedBy: { id: owner.userId, username: owner.username },
    });
    const after = await creator.post('earnings/exchange', { diamonds: 10 }, once());
    expect([before.data.coins, after.data.coins]).toEqual([10, 5]);
    expect(after.data.economyVersion).toBe(data.version);
    const old = await testContext()
      .db.select()
      .from(economyVersions)
      .where(eq(economyVersions.version, before.data.economyVersion))
      .get();
    expect(old?.config.conversions.coinsPerDiamond).toEqual(ratio(1, 1));
  });

  it('is logged with what was before and what is after', async () => {
    const owner = await asOwner();
    const { data } = await owner.put(`${panel}/conversions`, { minorPerDiamond: ratio(2, 3) });
    const [entry] = await testContext().db.select().from(staffLog).where(eq(staffLog.staffId, owner.userId));
    expect(entry).toMatchObject({
      ...{ action: 'economy.conversions', targetType: 'economy', targetId: String(data.version) },
      before: { minorPerDiamond: ratio(1, 1) },
      after: { minorPerDiamond: ratio(2, 3) },
    });
  });

  it('is refused where coins would gain on their way through diamonds', async () => {
    const owner = await asOwner();
    await expectNoChange(async () => {
      const { status, error } = await owner.put(`${panel}/conversions`, { coinsPerDiamond: ratio(5, 2) });
      expect([status, error.code]).toEqual([409, 'ECONOMY_GAINS']);
    });
  });

  it('is refused where coins would keep all on their way through diamonds', async () => {
    const owner = await asOwner();
    await changeEconomy({ conversions: { coinsPerDiamond: ratio(1, 2) } });
    await expectNoChange(async () => {
      const { status, error } = await owner.put(`${panel}/conversions`, { coinsPerDiamond: ratio(2, 1) });
      expect([status, error.code]).toEqual([409, 'ECONOMY_GAINS']);
    });
    expect((await owner.put(`${panel}/conversions`, { coinsPerDiamond: ratio(199, 100) })).status).toBe(200);
    await changeEconomy({ conversions: { coinsPerDiamond: ratio(1, 1) } });
  });

  it('is refused where a package costs less than its coins can be cashed out for, and says which', async () => {
    const owner = await asOwner();
    const [offered, { code }] = [await aPackage(), await aCode({ bonusCoins: 150, packageCoinsMin: 1_000 })];
    await expectNoChange(async () => {
      const { status, error } = await owner.put(`${panel}/conversions`, { minorPerDiamond: ratio(5, 3) });
      expect([status, error.code]).toEqual([409, 'COINS_TOO_CHEAP']);
      expect(error.details).toContainEqual({
        ...{ packageId: offered.id, name: offered.name, code, coins: 1_200, priceMinor: 999, currency: 'USD' },
        ...{ payoutCurrency: 'USD', costsMinor: 999, worthMinor: 1_000 },
      });
    });
  });

  it('is refused where a package is in a currency without a rate, until the same request brings it', async () => {
    const [owner, { id }] = [await asOwner(), await aPackage({ currency: 'GBP' })];
    const minorPerDiamond = ratio(1, 2);
    await expectNoChange(async () => {
      const { status, error } = await owner.put(`${panel}/conversions`, { minorPerDiamond });
      expect([status, error.code]).toEqual([422, 'CURRENCY_RATE_MISSING']);
      expect(error.details).toEqual([{ packageId: id, name: 'A bag', currency: 'GBP' }]);
    });
    const currencyRates = [
      { currency: 'GBP', ...ratio(5, 4) },
      { currency: 'EUR', ...ratio(11, 10) },
    ];
    const { status, data } = await owner.put(`${panel}/conversions`, { minorPerDiamond, currencyRates });
    expect(status).toBe(200);
    expect(data.conversions.currencyRates).toEqual(currencyRates.toReversed());
    expect((await owner.put(`${panel}/conversions`, { currencyRates })).data.version).toBe(data.version);
  });

  it('to another payout currency needs what is counted in it', async () => {
    const owner = await asOwner();
    await expectNoChange(async () => {
      const { status, error } = await owner.put(`${panel}/conversions`, { payoutCurrency: 'HUF' });
      expect([status, error.code]).toEqual([422, 'VALIDATION_FAILED']);
      expect(error.details).toMatchObject([{ path: 'minorPerDiamond' }, { path: 'currencyRates' }, { path: 'limits' }]);
    });
    const limits = {
      ...{ payoutOfSales: { min: 400_000, max: 40_000_000 }, payoutMinorPerDayMax: 80_000_000 },
      ...{ payoutFeeMinor: 10_000, rewardCodeFromMinor: 750_000 },
    };
    const before = (await owner.put(`${panel}/limits`, { currencies: [{ currency: 'HUF', ...limits }] })).data;
    const { limits: stored } = await readEconomy(testContext());
    const whole = {
      payoutCurrency: 'HUF',
      minorPerDiamond: ratio(180, 1),
      currencyRates: [
        { currency: 'USD', ...ratio(360, 1) },
        { currency: 'GBP', ...ratio(460, 1) },
      ],
      limits: { ...limits, payoutFeeMinor: 5_000 },
    };
    const own = { ...whole, currencyRates: [...whole.currencyRates, { currency: 'HUF', ...ratio(1, 1) }] };
    const { error } = await owner.put(`${panel}/conversions`, own);
    expect([error.code, error.details]).toMatchObject(['ECONOMY_CONTRADICTS', [{ path: 'currencyRates' }]]);
    const { status, data } = await owner.put(`${panel}/conversions`, whole);
    expect(status).toBe(200);
    expect(data.conversions).toMatchObject({ payoutCurrency: 'HUF', minorPerDiamond: ratio(180, 1) });
    expect(data.limits).toMatchObject({ ...whole.limits, currencies: [], maturingDays: 14 });
    await changeEconomy({ conversions: before.conversions, limits: { ...stored, currencies: [] } });
  });

  it('and a package that make a loop only together cannot both succeed', async () => {
    const owner = await asOwner();
    const before = await owner.get(`${panel}/config`);
    for (let round = 0; round < 3; round += 1) {
      await changeEconomy({ conversions: { minorPerDiamond: ratio(1, 2) } });
      const { id } = await aPackage({ coins: 100_000, bonusCoins: 0, priceMinor: 60_000 });
      // Each is sound alone: 110,000 coins are worth 55,000 at 1, and 27,500 now.
      const answers = await Promise.all([
        owner.put(`${panel}/conversions`, { minorPerDiamond: ratio(1, 1) }),
        owner.put(`owner/panel/packages/${id}`, { priceMinor: 30_000 }),
      ]);
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const codes = ['ECONOMY_CHANGED', 'PACKAGE_CHANGED', 'COINS_TOO_CHEAP'];
      for (const { status, error } of answers) if (status !== 200) expect(codes).toContain(error.code);
      await owner.put(`owner/panel/packages/${id}`, { active: false });
    }
    await changeEconomy({ conversions: before.data.conversions });
  });

  it('is refused where a gift on offer would earn nothing, and says which', async () => {
    const [owner, ctx] = [await asOwner(), testContext()];
    const gift = { id: newId(), name: 'Penny', icon: '🪙', coins: 2, createdAt: 0, updatedAt: 0 };
    await ctx.db.insert(gifts).values(gift);
    await expectNoChange(async () => {
      const { status, error } = await owner.put(`${panel}/conversions`, { diamondsPerCoin: ratio(1, 3) });
      expect([status, error.code]).toEqual([409, 'GIFTS_WORTHLESS']);
      expect(error.details).toEqual([{ kind: 'gift', id: gift.id, name: 'Penny', coins: 2 }]);
    });
    await ctx.db.update(gifts).set({ active: false }).where(eq(gifts.id, gift.id));
    expect((await owner.put(`${panel}/conversions`, { diamondsPerCoin: ratio(1, 3) })).status).toBe(200);
  });

  it.each([
    { coinsPerDiamond: ratio(0, 1) },
    { coinsPerDiamond: ratio(1.5, 1) },
    { coinsPerDiamond: ratio(-1, 1) },
    { coinsPerDiamond: { numerator: '1', denominator: 1 } },
    { coinsPerDiamond: { numerator: 1 } },
    { payoutCurrency: 'dollars' },
    { coinsPerCoin: ratio(1, 1) },
  ])('to %j is not understood', async (wish) => {
    const { status, error } = await (await asOwner()).put(`${panel}/conversions`, wish);
    expect([status, error.code]).toEqual([422, 'VALIDATION_FAILED']);
  });
});

describe('changing limits', () => {
  it('changes what is sent, and holds at once', async () => {
    const [owner, creator] = await Promise.all([asOwner(), asCreator()]);
    await giveDiamonds(creator.userId, 100);
    const { data } = await owner.put(`${panel}/limits`, { exchange: { min: 50 } });
    expect(data.limits).toMatchObject({ exchange: { min: 50, max: null }, tip: { min: 10 } });
    const { error } = await creator.post('earnings/exchange', { diamonds: 49 }, once());
    expect(error).toMatchObject({ code: 'EXCHANGE_TOO_SMALL', details: { min: 50 } });
  });

  it('is refused where they would contradict each other, in what is sent or with what stands', async () => {
    const owner = await asOwner();
    await expectNoChange(async () => {
      for (const [wish, path] of [
        [{ tip: { min: 20, max: 19 } }, 'tip.min'],
        [{ payout: { min: 1_000_001, max: 1_000_000 } }, 'payout.min'],
        [{ payoutMinorPerDayMax: 999_999 }, 'payoutOfSales.max'],
        [{ tip: { min: 1, max: 100 } }, 'tip.min'],
      ] as const) {
        const { status, error } = await owner.put(`${panel}/limits`, wish);
        expect([status, error.code]).toEqual([422, 'ECONOMY_CONTRADICTS']);
        expect(error.details).toEqual([{ path, message: expect.any(String) }]);
      }
    });
  });

  it('refuses a reward code that makes coins cheaper than what they can be cashed out for', async () => {
    const [owner, offered] = [await asOwner(), await aPackage({ coins: 100, bonusCoins: 0, priceMinor: 60 })];
    await changeEconomy({ conversions: { diamondsPerCoin: ratio(1, 2), minorPerDiamond: ratio(1, 1) } });
    await expectNoChange(async () => {
      const { status, error } = await owner.put(`${panel}/limits`, { rewardCodePercent: 21 });
      expect([status, error.code]).toEqual([409, 'COINS_TOO_CHEAP']);
      expect(error.details).toMatchObject([{ packageId: offered.id, code: 'a reward code', coins: 121 }]);
    });
    expect((await owner.put(`${panel}/limits`, { rewardCodePercent: 20 })).status).toBe(200);
    await owner.put(`${panel}/limits`, { rewardCodePercent: 10 });
    await owner.put(`owner/panel/packages/${offered.id}`, { active: false });
  });

  it('counts reward codes that were earned at an earlier percentage and still stand', async () => {
    const owner = await asOwner();
    const now = Date.now();
    const reward = { kind: 'reward', bonusPercent: 50, ownerId: newId(), endsAt: now + 60_000, usesMax: 1 } as const;
    const { id } = await aCode(reward);
    const offer = { name: 'A bag', coins: 100, priceMinor: 74, currency: 'USD' };
    const { error } = await owner.post('owner/panel/packages', offer);
    expect([error.code, error.details]).toMatchObject(['COINS_TOO_CHEAP', [{ coins: 150, worthMinor: 75 }]]);
    expect((await owner.put(`owner/panel/discounts/${id}`, { endsAt: new Date(now - 1).toISOString() })).status).toBe(
      200,
    );
    expect((await owner.post('owner/panel/packages', offer)).status).toBe(201);
  });

  it('sets the amounts of other currencies, sorted', async () => {
    const owner = await asOwner();
    const amounts = { payoutOfSales: { min: 1, max: 2 }, payoutMinorPerDayMax: 3, payoutFeeMinor: 0 };
    const entry = (currency: string, more = {}) => ({ currency, ...amounts, rewardCodeFromMinor: 5, ...more });
    const { data } = await owner.put(`${panel}/limits`, { currencies: [entry('JPY'), entry('EUR')] });
    expect(data.limits.currencies).toEqual([entry('EUR'), entry('JPY')]);
    for (const [currencies, path] of [
      [[entry('EUR'), entry('EUR')], 'currencies'],
      [[entry('USD')], 'currencies'],
      [[entry('EUR', { payoutOfSales: { min: 3, max: 2 } })], 'currencies.EUR.payoutOfSales.min'],
    ] as const) {
      const { status, error } = await owner.put(`${panel}/limits`, { currencies });
      expect([status, error.code, error.details]).toMatchObject([422, 'ECONOMY_CONTRADICTS', [{ path }]]);
    }
    expect((await owner.put(`${panel}/limits`, { currencies: [] })).data.limits.currencies).toEqual([]);
  });

  it('that changes nothing makes no version', async () => {
    const owner = await asOwner();
    await expectNoChange(async () => {
      expect((await owner.put(`${panel}/limits`, {})).status).toBe(200);
      const { data } = await owner.get(`${panel}/config`);
      expect((await owner.put(`${panel}/limits`, data.limits)).data).toEqual(data);
    });
  });

  it('by two at once is done by one, or by one after the other', async () => {
    const [owner, before] = [await asOwner(), await currentVersion()];
    const answers = await Promise.all(
      [31, 32, 33, 34].map((days) => owner.put(`${panel}/limits`, { rewardCodeDays: days })),
    );
    const done = answers.filter(({ status }) => status === 200);
    expect(done.length).toBeGreaterThan(0);
    expect(answers.filter(({ error }) => error?.code === 'ECONOMY_CHANGED')).toHaveLength(4 - done.length);
    expect(await currentVersion()).toBe(before + done.length);
  });
});

describe('setting targets', () => {
  const target = { id: 'a', tier: 1, metric: 'gifts', threshold: 10, period: 'day', reward: { diamonds: 5 } };

  it('shows them to creators at once', async () => {
    const [owner, creator] = await Promise.all([asOwner(), asCreator()]);
    const targets = [target, { ...target, id: 'b', tier: 2, threshold: 20 }];
    const answered = targets.map((one) => ({ ...one, audience: 'creator' }));
    expect((await owner.put(`${panel}/targets`, { targets })).data.targets).toEqual(answered);
    const { data } = await creator.get('earnings/targets');
    expect(data.items).toMatchObject(targets.map((one) => ({ ...one, progress: 0 })));
  });

  it.each([
    ['an id twice', [target, { ...target, period: 'week' }], 'targets.1.id'],
    ['a tier twice', [target, { ...target, id: 'b', threshold: 20 }], 'targets.1.tier'],
    [
      'a higher tier that asks for less',
      [target, { ...target, id: 'b', tier: 2, threshold: 10 }],
      'targets.1.threshold',
    ],
    ['a reward of nothing', [{ ...target, reward: { diamonds: 0 } }], 'targets.0.reward.diamonds'],
    ['a metric that is none', [{ ...target, metric: 'likes' }], 'targets.0.metric'],
  ])('with %s is refused', async (_, targets, path) => {
    const { status, error } = await (await asOwner()).put(`${panel}/targets`, { targets });
    expect([status, error.code]).toEqual([422, 'VALIDATION_FAILED']);
    expect(error.details).toMatchObject([{ path }]);
  });

  it('for guides shows them to no creator', async () => {
    const [owner, creator] = await Promise.all([asOwner(), asCreator()]);
    const forGuides = { ...target, id: 'stage', metric: 'stageMinutes', audience: 'guide' };
    expect((await owner.put(`${panel}/targets`, { targets: [target, forGuides] })).status).toBe(200);
    expect((await creator.get('earnings/targets')).data.items.map(({ id }: { id: string }) => id)).toEqual(['a']);
  });

  it('keeps the rules for guides, unless they are sent', async () => {
    const owner = await asOwner();
    const guides = { gender: null, exceptCountries: ['FR', 'DE', 'FR'] };
    const sorted = { gender: null, exceptCountries: ['DE', 'FR'] };
    expect((await owner.put(`${panel}/targets`, { targets: [target], guides })).data.guides).toEqual(sorted);
    expect((await owner.put(`${panel}/targets`, { targets: [] })).data.guides).toEqual(sorted);
    expect((await owner.put(`${panel}/limits`, { rewardCodeDays: 77 })).data.guides).toEqual(sorted);
    const refused = await owner.put(`${panel}/targets`, {
      targets: [],
      guides: { gender: '', exceptCountries: ['XX'] },
    });
    expect(refused.error.details).toMatchObject([{ path: 'guides.gender' }, { path: 'guides.exceptCountries.0' }]);
  });

  it('to none leaves none', async () => {
    const [owner, creator] = await Promise.all([asOwner(), asCreator()]);
    await owner.put(`${panel}/targets`, { targets: [] });
    expect((await creator.get('earnings/targets')).data.items).toEqual([]);
  });
});

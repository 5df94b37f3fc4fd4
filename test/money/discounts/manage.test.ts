/** Staff keep the codes: what they change bites at once, and is logged. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { aCode, aPackage, aPurchase, buy, eventsOf, staffLogOf, tell } from '#test/support/purchases';
import { asStaff, asViewer } from '#test/support/users';
import { newId } from '@/shared/ids';

const PATH = 'owner/panel/discounts';
const DAY = '2026-01-01T00:00:00.000Z';
/** The last characters of an id are random, its first are the time. */
const newCodeName = () => `S-${newId().slice(-12).toUpperCase()}`;

describe('POST /owner/panel/discounts', () => {
  it('adds the given code, which buyers can use at once', async () => {
    const [owner, buyer, offered] = [await asStaff('owner'), await asViewer(), await aPackage()];
    const code = newCodeName();
    const terms = {
      ...{ bonusPercent: 25, startsAt: DAY, endsAt: '2099-01-01T00:00:00.000Z', packageCoinsMin: 10 },
      ...{ packageIds: [offered.id], usesMax: 5, usesPerUserMax: 2 },
    };
    const { status, data } = await owner.post(PATH, { code: ` ${code.toLowerCase()} `, promotion: 'spring', ...terms });
    expect([status, data]).toMatchObject([
      201,
      { code, kind: 'promotional', promotion: 'spring', ...terms, uses: 0, reserved: 0, redeemed: 0, active: true },
    ]);
    const checked = await buyer.post('discount/validate', { code, packageId: offered.id });
    expect(checked.data).toEqual({ valid: true, code, bonusCoins: 250 });
    expect(await staffLogOf(data.id)).toMatchObject([
      { staffId: owner.userId, action: 'discount.create', before: null, after: { code, bonusPercent: 25 } },
    ]);
  });

  it('generates a code if none is given', async () => {
    const owner = await asStaff('owner');
    const made = [await owner.post(PATH, { bonusCoins: 5 }), await owner.post(PATH, { bonusCoins: 5 })];
    for (const { data } of made) expect(data.code).toMatch(/^(\w{4}-){2}\w{4}$/);
    expect(made[0]?.data.code).not.toBe(made[1]?.data.code);
    expect(made[0]?.data.promotion).not.toBe(made[1]?.data.promotion);
  });

  it('is 409 for a code that exists, whatever its case', async () => {
    const owner = await asStaff('owner');
    const code = newCodeName();
    expect((await owner.post(PATH, { code, bonusCoins: 5 })).status).toBe(201);
    const { status, error } = await owner.post(PATH, { code: code.toLowerCase(), bonusCoins: 5 });
    expect([status, error.code]).toEqual([409, 'DISCOUNT_CODE_EXISTS']);
  });

  it.each([
    [{}],
    [{ bonusCoins: 5, bonusPercent: 5 }],
    [{ bonusCoins: 0 }],
    [{ bonusCoins: 1.5 }],
    [{ bonusPercent: 1_001 }],
    [{ bonusPercent: '10' }],
    [{ bonusCoins: 5, usesMax: 0 }],
    [{ bonusCoins: 5, usesPerUserMax: -1 }],
    [{ bonusCoins: 5, code: 'ab' }],
    [{ bonusCoins: 5, code: 'with blank' }],
    [{ bonusCoins: 5, code: 'ÉTÉ-10' }],
    [{ bonusCoins: 5, packageIds: [] }],
    [{ bonusCoins: 5, startsAt: 'tomorrow' }],
    [{ bonusCoins: 5, startsAt: '2026-01-02T00:00:00Z', endsAt: '2026-01-01T00:00:00Z' }],
    [{ bonusCoins: 5, ownerId: 'somebody' }],
  ])('refuses the invalid code %j', async (body) => {
    const { status, error } = await (await asStaff('owner')).post(PATH, body);
    expect([status, error.code]).toEqual([422, 'VALIDATION_FAILED']);
  });

  it('is 404 for an unknown package', async () => {
    const { status, error } = await (await asStaff('owner')).post(PATH, { bonusCoins: 5, packageIds: [newId()] });
    expect([status, error.code]).toEqual([404, 'PACKAGE_NOT_FOUND']);
  });
});

describe('a code that makes coins cheaper than what they can be cashed out for', () => {
  it('cannot be added, or changed so, and the refusal names the package', async () => {
    const [owner, offered] = [await asStaff('owner'), await aPackage()]; // 1,050 coins for 9.99, worth half
    const forIt = { packageIds: [offered.id] };
    const refused = await owner.post(PATH, { code: 'TOO-MUCH', bonusPercent: 95, ...forIt });
    expect([refused.status, refused.error.code]).toEqual([409, 'COINS_TOO_CHEAP']);
    expect(refused.error.details).toEqual([
      {
        ...{ packageId: offered.id, name: offered.name, code: 'TOO-MUCH', coins: 2_000, priceMinor: 999 },
        ...{ currency: 'USD', payoutCurrency: 'USD', costsMinor: 999, worthMinor: 1_000 },
      },
    ]);
    const made = await owner.post(PATH, { code: 'ENOUGH', bonusPercent: 94, usesMax: 1, ...forIt });
    expect(made.status).toBe(201);
    const changed = await owner.put(`${PATH}/${made.data.id}`, { bonusCoins: 949 });
    expect([changed.status, changed.error.code]).toEqual([409, 'COINS_TOO_CHEAP']);
    expect((await owner.put(`${PATH}/${made.data.id}`, { bonusCoins: 949, active: false })).status).toBe(200);
    const again = await owner.put(`${PATH}/${made.data.id}`, { active: true });
    expect([again.status, again.error.code]).toEqual([409, 'COINS_TOO_CHEAP']);
  });

  it('counts as soon as it stands, and no longer once it is over', async () => {
    const [owner, offered] = [await asStaff('owner'), await aPackage({ coins: 100, bonusCoins: 0, priceMinor: 55 })];
    const terms = { bonusCoins: 50, packageIds: [offered.id] };
    const later = { ...terms, startsAt: '2098-01-01T00:00:00Z', endsAt: '2099-01-01T00:00:00Z' };
    expect((await owner.post(PATH, later)).error.code).toBe('COINS_TOO_CHEAP');
    expect((await owner.post(PATH, { ...terms, endsAt: DAY })).status).toBe(201);
    expect((await owner.post(PATH, { ...terms, packageCoinsMin: 101 })).status).toBe(201);
  });
});

describe('PUT /owner/panel/discounts/:id', () => {
  it('changes what buyers get, ends the code, and logs both', async () => {
    const [owner, buyer, { id: packageId }] = [await asStaff('owner'), await asViewer(), await aPackage()];
    const made = (await owner.post(PATH, { bonusPercent: 10 })).data;
    const checked = async () => (await buyer.post('discount/validate', { code: made.code, packageId })).data;
    expect(await checked()).toMatchObject({ valid: true, bonusCoins: 100 });

    const changed = await owner.put(`${PATH}/${made.id}`, { bonusCoins: 7 });
    expect([changed.status, changed.data]).toMatchObject([200, { bonusCoins: 7, bonusPercent: null, active: true }]);
    expect(await checked()).toMatchObject({ valid: true, bonusCoins: 7 });

    await owner.put(`${PATH}/${made.id}`, { active: false });
    expect(await checked()).toMatchObject({ valid: false, reason: 'DISCOUNT_EXPIRED' });
    expect(await staffLogOf(made.id)).toMatchObject([
      { action: 'discount.create' },
      { staffId: owner.userId, before: { bonusPercent: 10 }, after: { bonusPercent: null, bonusCoins: 7 } },
      { staffId: owner.userId, before: { active: true }, after: { active: false } },
    ]);
  });

  it('does not change the bonus of a checkout that has reserved the code', async () => {
    const [owner, buyer, code] = [await asStaff('owner'), await asViewer(), await aCode()];
    const { paid } = eventsOf(await aPurchase(buyer, {}, code.code));
    await owner.put(`${PATH}/${code.id}`, { active: false, bonusPercent: 1 });
    await tell(paid);
    expect((await buyer.get('payment/purchases')).data.items).toMatchObject([{ status: 'paid', codeBonusCoins: 100 }]);
  });

  it('refuses a limit below the number of uses', async () => {
    const [owner, code, { id: packageId }] = [await asStaff('owner'), await aCode(), await aPackage()];
    for (let uses = 0; uses < 2; uses += 1) await buy(await asViewer(), { packageId, discountCode: code.code });
    const { status, error } = await owner.put(`${PATH}/${code.id}`, { usesMax: 1 });
    expect([status, error.code]).toEqual([409, 'DISCOUNT_USED_MORE_OFTEN']);
    expect((await owner.put(`${PATH}/${code.id}`, { usesMax: 2 })).data).toMatchObject({ usesMax: 2, uses: 2 });
  });

  it('is 404 for an unknown code, and refuses unknown fields', async () => {
    const [owner, code] = [await asStaff('owner'), await aCode()];
    expect((await owner.put(`${PATH}/${newId()}`, { active: false })).error.code).toBe('DISCOUNT_CODE_NOT_FOUND');
    for (const body of [{ code: 'OTHER' }, { uses: 0 }, { bonusCoins: 5, bonusPercent: 5 }, { bonusCoins: null }])
      expect((await owner.put(`${PATH}/${code.id}`, body)).error.code).toBe('VALIDATION_FAILED');
  });
});

describe('GET /owner/panel/discounts', () => {
  it('shows the use of each code: what is reserved, and what is redeemed', async () => {
    const [owner, code, buyer] = [await asStaff('owner'), await aCode(), await asViewer()];
    const begin = async () => eventsOf(await aPurchase(buyer, {}, code.code));
    await tell((await begin()).paid);
    const refunded = await begin();
    for (const event of [refunded.paid, refunded.refunded(999)]) await tell(event);
    await tell((await begin()).expired);
    await begin();
    const { status, data } = await owner.get(`${PATH}?code=${code.code.toLowerCase()}`);
    expect(status).toBe(200);
    expect(data.items).toMatchObject([{ id: code.id, uses: 3, reserved: 1, redeemed: 2 }]);
  });

  it('pages newest first through codes of one kind', async () => {
    const [owner, buyer] = [await asStaff('admin_l3'), await asViewer()];
    const codes = [await aCode(), await aCode(), await aCode()];
    const large = await aPurchase(buyer, { priceMinor: 2_000 });
    await tell(eventsOf(large).paid);
    const first = (await owner.get(`${PATH}?perPage=2`)).data;
    const second = (await owner.get(`${PATH}?perPage=2&cursor=${first.pagination.nextCursor}`)).data;
    const ids = [...first.items, ...second.items].map(({ id }: { id: string }) => id);
    expect(ids.slice(0, 3)).toEqual(codes.map(({ id }) => id).toReversed());
    const rewards = (await owner.get(`${PATH}?kind=reward`)).data.items;
    expect(rewards).toContainEqual(expect.objectContaining({ kind: 'reward', ownerId: buyer.userId, createdBy: null }));
  });

  it('requires the permission to manage the catalogue', async () => {
    expect((await client().get(PATH)).status).toBe(401);
    expect((await (await asViewer()).get(PATH)).status).toBe(403);
    expect((await (await asStaff('support')).get(PATH)).status).toBe(403);
  });
});

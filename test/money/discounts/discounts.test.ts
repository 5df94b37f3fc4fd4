/** Codes as buyers use them: judged without using them, reserved once, and never past their limits. */
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { aCode, aPackage, aPurchase, buy, eventsOf, tell } from '#test/support/purchases';
import { asViewer } from '#test/support/users';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

const RACERS = 8;

describe('POST /discount/validate', () => {
  it('returns the bonus whatever the case of the code, and uses nothing up', async () => {
    const [buyer, { id: packageId }] = [await asViewer(), await aPackage()];
    const { code } = await aCode({ usesMax: 1, usesPerUserMax: 1 });
    for (let times = 0; times < 3; times += 1) {
      const { status, data } = await buyer.post('discount/validate', { code: ` ${code.toLowerCase()} `, packageId });
      expect([status, data]).toEqual([200, { valid: true, code, bonusCoins: 100 }]);
    }
    expect((await buy(buyer, { packageId, discountCode: code })).status).toBe(201);
  });

  it('accepts a code however it is pasted', async () => {
    const [buyer, { id: packageId }] = [await asViewer(), await aPackage()];
    const { code } = await aCode();
    for (const pasted of [`\r\n\u00a0${code}\u200b\n`, code.replaceAll('-', ' \u2013 '), [...code].join(' ')])
      expect((await buyer.post('discount/validate', { code: pasted, packageId })).data).toMatchObject({ valid: true });
  });

  it('says why a code cannot be used, as the purchase does', async () => {
    const [buyer, offered] = [await asViewer(), await aPackage()];
    const now = Date.now();
    const refused: [string, number, string][] = [
      ['DISCOUNT_NOT_FOUND', 422, `NO-${newId()}`],
      ['DISCOUNT_NOT_YOURS', 422, (await aCode({ ownerId: newId() })).code],
      ['DISCOUNT_NOT_YET', 409, (await aCode({ startsAt: now + DAY_MS })).code],
      ['DISCOUNT_EXPIRED', 409, (await aCode({ endsAt: now - 1 })).code],
      ['DISCOUNT_EXPIRED', 409, (await aCode({ active: false })).code],
      ['DISCOUNT_NOT_FOR_PACKAGE', 422, (await aCode({ packageIds: [newId()] })).code],
      ['DISCOUNT_PACKAGE_TOO_SMALL', 422, (await aCode({ packageCoinsMin: 1_001 })).code],
      ['DISCOUNT_USED_UP', 409, (await aCode({ usesMax: 1, uses: 1 })).code],
    ];
    for (const [reason, status, code] of refused) {
      const checked = await buyer.post('discount/validate', { code, packageId: offered.id });
      expect([checked.status, checked.data]).toMatchObject([200, { valid: false, bonusCoins: 0, reason }]);
      const bought = await buy(buyer, { packageId: offered.id, discountCode: code });
      expect([bought.status, bought.error.code]).toEqual([status, reason]);
    }
  });

  it('is 404 for a package that is not on offer, 401 without an account and 422 for a wrong body', async () => {
    const buyer = await asViewer();
    const { id: packageId } = await aPackage({ active: false });
    const { code } = await aCode();
    expect((await buyer.post('discount/validate', { code, packageId })).error.code).toBe('PACKAGE_NOT_FOUND');
    expect((await client().post('discount/validate', { code, packageId })).status).toBe(401);
    for (const body of [{ code }, { code: 5, packageId }, { code, packageId, userId: 'me' }])
      expect((await buyer.post('discount/validate', body)).error.code).toBe('VALIDATION_FAILED');
  });
});

describe('the last use of a code', () => {
  it('is given to exactly one of many racing buyers', async () => {
    const [{ id: packageId }, { code }] = [await aPackage(), await aCode({ usesMax: 3 })];
    const buyers = await Promise.all(Array.from({ length: RACERS }, asViewer));
    const answers = await Promise.all(buyers.map((buyer) => buy(buyer, { packageId, discountCode: code })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    for (const { status, error } of answers.filter((answer) => answer.status !== 201))
      expect([status, error.code]).toEqual([409, 'DISCOUNT_USED_UP']);
  });

  it('of one user is given to one of their racing requests, over all codes of the promotion', async () => {
    const [buyer, { id: packageId }] = [await asViewer(), await aPackage()];
    const terms = { promotion: newId(), usesPerUserMax: 1 };
    const codes = await Promise.all(Array.from({ length: RACERS }, () => aCode(terms)));
    const answers = await Promise.all(codes.map(({ code }) => buy(buyer, { packageId, discountCode: code })));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    for (const { status, error } of answers.filter((answer) => answer.status !== 201))
      expect([status, error.code]).toEqual([409, 'DISCOUNT_USED_BY_YOU']);
    expect((await buy(await asViewer(), { packageId, discountCode: codes[0]?.code ?? '' })).status).toBe(201);
  });

  it('is free again once the checkout that reserved it expires', async () => {
    const { code } = await aCode({ usesMax: 1 });
    const { expired } = eventsOf(await aPurchase(await asViewer(), {}, code));
    const [other, { id: packageId }] = [await asViewer(), await aPackage()];
    expect((await buy(other, { packageId, discountCode: code })).error.code).toBe('DISCOUNT_USED_UP');
    await tell(expired);
    expect((await buy(other, { packageId, discountCode: code })).status).toBe(201);
  });
});

describe('GET /discount/my-codes and /discount/latest-reward', () => {
  it('are empty before the first reward', async () => {
    const buyer = await asViewer();
    expect((await buyer.get('discount/latest-reward')).data).toEqual({ reward: null });
    expect((await buyer.get('discount/my-codes')).data.items).toEqual([]);
  });

  it('show the rewards of my purchases, newest first, and their state', async () => {
    const [buyer, stranger] = [await asViewer(), await asViewer()];
    const rows = [await aPurchase(buyer, { priceMinor: 2_000 }), await aPurchase(buyer, { priceMinor: 2_000 })];
    for (const row of rows) await tell(eventsOf(row).paid);
    const stateOf = async () =>
      (await buyer.get('discount/my-codes')).data.items.map((one: { state: string }) => one.state);

    const { reward } = (await buyer.get('discount/latest-reward')).data;
    expect(reward).toMatchObject({ purchaseId: rows[1]?.id, bonusPercent: 10, state: 'usable' });
    const pages = [await buyer.get('discount/my-codes?perPage=1')];
    pages.push(await buyer.get(`discount/my-codes?perPage=1&cursor=${pages[0]?.data.pagination.nextCursor}`));
    expect(pages.flatMap(({ data }) => data.items).map((one) => one.purchaseId)).toEqual([rows[1]?.id, rows[0]?.id]);
    expect((await stranger.get('discount/my-codes')).data.items).toEqual([]);

    const { id: packageId } = await aPackage();
    const stolen = await buy(stranger, { packageId, discountCode: reward.code });
    expect([stolen.status, stolen.error.code]).toEqual([422, 'DISCOUNT_NOT_YOURS']);

    const using = await aPurchase(buyer, {}, reward.code);
    expect(await stateOf()).toEqual(['reserved', 'usable']);
    await tell(eventsOf(using).paid);
    expect(await stateOf()).toEqual(['used', 'usable']);
    if (rows[0]) await tell(eventsOf(rows[0]).refunded(2_000));
    expect(await stateOf()).toEqual(['used', 'ended']);
  });
});

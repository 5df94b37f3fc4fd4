/** A ban in the middle of a payment: the guard looked just before it, and the batch itself refuses. */
import { beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { coinsOf, diamondsOf, giveCoins, once } from '#test/support/money';
import { approve, asPaidCreator, payoutOf } from '#test/support/payouts';
import { eventually } from '#test/support/rooms';
import { aTier } from '#test/support/subscriptions';
import { actorOf, asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { exchangeDiamonds } from '@/domains/money/earnings/exchange';
import { sendTip } from '@/domains/money/gifts/send-gift';
import { requestPayout } from '@/domains/money/payouts/request-payout';
import { subscribe } from '@/domains/money/subscriptions/subscribe';
import { newId } from '@/shared/ids';

const DESK = 'owner/panel/cashouts';
const key = () => ({ idempotencyKey: newId(), bodyHash: '' });

beforeEach(() => {
  standInForLiveKit();
});

async function setStatus(person: Person, status: 'banned' | 'active') {
  const answer = await (await asStaff('admin_l2')).put(`admin/user/${person.userId}/status`, {
    status,
    reason: 'Spam.',
  });
  expect(answer.status).toBe(200);
}

/** The person is banned after the use case has read its facts, and before it commits. */
function banningBefore(person: Person): Context {
  const ctx = testContext();
  let batches = 0;
  const batch: Context['db']['batch'] = async (statements) => {
    batches += 1;
    if (batches === 2) await setStatus(person, 'banned');
    return ctx.db.batch(statements);
  };
  const db = new Proxy(ctx.db, { get: (target, name) => (name === 'batch' ? batch : Reflect.get(target, name)) });
  return { ...ctx, db };
}

describe('a banned user whom the guard let through', () => {
  it('sends no tip', async () => {
    const [viewer, creator] = [await asViewer(), await asCreator()];
    await giveCoins(viewer.userId, 100);
    await setStatus(viewer, 'banned');
    const tip = sendTip(testContext(), actorOf(viewer), { coins: 50, recipientId: creator.userId }, key());
    await expect(tip).rejects.toMatchObject({ code: 'ACCOUNT_BANNED' });
    expect([await coinsOf(viewer.userId), await diamondsOf(creator.userId)]).toEqual([100, 0]);
  });

  it('begins no subscription', async () => {
    const [viewer, creator] = [await asViewer(), await asCreator()];
    await giveCoins(viewer.userId, 1_000);
    const tierId = await aTier(creator);
    await setStatus(viewer, 'banned');
    const begun = subscribe(testContext(), actorOf(viewer), { creatorId: creator.userId, tierId }, key());
    await expect(begun).rejects.toMatchObject({ code: 'ACCOUNT_BANNED' });
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });

  it('exchanges nothing, and asks for no cash-out', async () => {
    const creator = await asPaidCreator(5_000);
    await setStatus(creator, 'banned');
    const ctx = testContext();
    const refused = { code: 'ACCOUNT_BANNED' };
    await expect(exchangeDiamonds(ctx, creator.userId, 1_000, key())).rejects.toMatchObject(refused);
    const request = { source: 'diamonds', diamonds: 2_000, method: 'bank' } as const;
    await expect(requestPayout(ctx, creator.userId, request, key())).rejects.toMatchObject(refused);
    expect(await diamondsOf(creator.userId)).toBe(5_000);
  });
});

describe('a creator who is banned between the reads and the batch', () => {
  it('gets no tip, and the sender keeps the coins', async () => {
    const [viewer, creator] = [await asViewer(), await asCreator()];
    await giveCoins(viewer.userId, 100);
    const tip = sendTip(banningBefore(creator), actorOf(viewer), { coins: 50, recipientId: creator.userId }, key());
    await expect(tip).rejects.toMatchObject({ code: 'USER_NOT_FOUND' });
    expect([await coinsOf(viewer.userId), await diamondsOf(creator.userId)]).toEqual([100, 0]);
  });
});

describe('cash-outs of a banned creator', () => {
  it('wait if they are requested, and go on after the lift', async () => {
    const creator = await asPaidCreator(5_000);
    const request = { source: 'diamonds', diamonds: 2_000, method: 'bank' };
    const asked = (await creator.post('payment/payout', request, once())).data.id;
    const owner = await asStaff('owner');
    await setStatus(creator, 'banned');
    expect((await payoutOf(asked)).status).toBe('requested');
    expect((await approve(owner, `${DESK}/${asked}`)).error.code).toBe('CREATOR_NOT_PAYABLE');
    await setStatus(creator, 'active');
    expect((await approve(owner, `${DESK}/${asked}`)).status).toBe(200);
  });

  it('stay approved and stopped if they go by bank, since staff may have sent them, until the lift', async () => {
    const creator = await asPaidCreator(7_000);
    const request = { source: 'diamonds', diamonds: 2_000, method: 'bank' };
    const owner = await asStaff('owner');
    const approved = async () => {
      const { id } = (await creator.post('payment/payout', request, once())).data;
      expect((await approve(owner, `${DESK}/${id}`)).status).toBe(200);
      return id as string;
    };
    const [sent, unsent, resumed] = [await approved(), await approved(), await approved()];
    const seen = async (id: string) => (await owner.get(`${DESK}?id=${id}`)).data.items[0];
    expect(await seen(sent)).toMatchObject({ stoppedAt: null, bankAccount: expect.anything() });
    await setStatus(creator, 'banned');
    await eventually(async () => expect((await payoutOf(resumed)).stoppedAt).not.toBeNull());
    expect(await seen(sent)).toMatchObject({ status: 'approved', stoppedAt: expect.any(String) });
    expect(await seen(sent)).not.toHaveProperty('bankAccount');
    expect(await diamondsOf(creator.userId)).toBe(1_000);
    expect((await owner.put(`${DESK}/${sent}/paid`, { reference: 'B-1' })).data).toMatchObject({
      status: 'paid',
      stoppedAt: null,
    });
    const refusal = { reason: 'Your account is banned.', afterApproval: true };
    expect((await owner.put(`${DESK}/${unsent}/reject`, refusal)).data.status).toBe('failed');
    expect(await diamondsOf(creator.userId)).toBe(3_000);
    await setStatus(creator, 'active');
    await eventually(async () => expect((await payoutOf(resumed)).stoppedAt).toBeNull());
    expect(await seen(resumed)).toMatchObject({ status: 'approved', stoppedAt: null });
  });
});

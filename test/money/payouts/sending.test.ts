/** Sending payouts: whatever is away, slow, killed or repeated, a payout is paid once or given back. */
import { eq } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { changeEconomy, diamondsOf, once } from '#test/support/money';
import {
  approve,
  asPaidCreator,
  connectToStripe,
  giveSales,
  legsOf,
  notificationsOf,
  owe,
  payoutOf,
} from '#test/support/payouts';
import { consumed, databaseWithout, queueThatIsAway, recordingQueue } from '#test/support/queues';
import { STRIPE_ENV, type StripeStandIn, standInForStripe } from '#test/support/stripe';
import { asStaff, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import type { PayoutMessage } from '@/contracts/messages';
import { users } from '@/domains/base/users/tables';
import { sendPayout } from '@/domains/money/payouts/send';
import { stopPayouts } from '@/domains/money/payouts/stop';
import { requeuePayouts } from '@/domains/money/payouts/sweep';
import { payoutAccounts, payouts } from '@/domains/money/payouts/tables';
import { readBalance } from '@/ledger/transfers';
import { consumePayouts } from '@/queues/payouts';
import { newId } from '@/shared/ids';
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '@/shared/time';

const DESK = 'owner/panel/cashouts';
const SEND = 'POST /v1/transfers';
const LOOK = 'GET /v1/transfers';
const PAID_LEGS = [
  '1 payout_hold 2000 diamond',
  '2 payout_due 2000 USD',
  '3 payout_burn 2000 diamond',
  '4 payout_cash 1955 USD',
  '5 payout_fee 45 USD',
];
const FAILED_LEGS = [
  '1 payout_hold 2000 diamond',
  '2 payout_due 2000 USD',
  '3 payout_return 2000 diamond',
  '4 payout_undue 2000 USD',
];

let stripe: StripeStandIn;
beforeEach(async () => {
  stripe = standInForStripe();
  await testContext().db.delete(payouts); // the sweep sees them all
});
afterEach(() => {
  vi.useRealTimers();
});

const context = (overrides = {}) => testContext({ ...STRIPE_ENV, ...overrides });
const consume = (ctx: Context, ...ids: string[]) =>
  consumed<PayoutMessage>(
    (batch) => consumePayouts(ctx, batch),
    'footlight-payouts',
    ids.map((payoutId) => ({ body: { payoutId } })),
  );
const ACKED = { acked: [0], retried: [] };
const RETRIED = { acked: [], retried: [{ index: 0, delaySeconds: 10 }] };

/** Asked for and approved, and its message not sent yet. */
async function approved(request: object = { source: 'diamonds', diamonds: 2_000, method: 'stripe' }) {
  const creator = await asPaidCreator(5_000);
  const accountId = await connectToStripe(stripe, creator.userId);
  await giveSales(creator.userId, 5_000);
  const environment = { ...STRIPE_ENV, PAYOUTS: recordingQueue().queue };
  const { data } = await clientWith(environment, creator.headers).post('payment/payout', request, once());
  const staff = await asStaff('owner');
  await approve(staff, `${DESK}/${data.id}`, clientWith(environment, staff.headers));
  const id = data.id as string;
  expect(await payoutOf(id)).toMatchObject({ status: 'approved' });
  return { creator, staff, accountId, id, kindsTold: () => kindsTold(creator.userId) };
}

/** Another account, as if the creator had replaced the one that is gone. */
async function connectAgain(userId: string): Promise<string> {
  await testContext().db.delete(payoutAccounts).where(eq(payoutAccounts.userId, userId));
  return connectToStripe(stripe, userId);
}

const kindsTold = async (userId: string) => (await notificationsOf(userId)).map(({ kind }) => kind);

describe('an approved payout', () => {
  it('is sent with its id as idempotency key and transfer group, and marked as paid', async () => {
    const { creator, accountId, id } = await approved();
    const ctx = context();
    expect(await consume(ctx, id)).toEqual(ACKED);
    await ctx.settle();
    const row = await payoutOf(id);
    expect(row).toMatchObject({ status: 'paid', reference: stripe.transfers[0]?.id, sendAt: null });
    expect([row.processingAt, row.paidAt]).not.toContain(null);
    expect(stripe.calls.find(({ method }) => method === SEND)).toMatchObject({
      idempotencyKey: id,
      body: { amount: '1955', currency: 'usd', destination: accountId, transfer_group: id },
    });
    expect(await legsOf(id)).toEqual(PAID_LEGS);
    expect(await readBalance(ctx, creator.userId, 'earnings', 'diamond')).toBe(3_000);
    expect(await kindsTold(creator.userId)).toEqual(['payout-approved', 'payout-paid']);
  });

  it('of sales is sent', async () => {
    const { id } = await approved({ source: 'sales', amountMinor: 2_000, currency: 'EUR', method: 'stripe' });
    await consume(context(), id);
    expect(stripe.transfers).toMatchObject([{ amount: 1_955, currency: 'eur' }]);
    expect(await legsOf(id)).toEqual(['1 sales_hold 2000 EUR', '4 payout_cash 1955 EUR', '5 payout_fee 45 EUR']);
  });

  it('is sent once, however often its message arrives', async () => {
    const { creator, id } = await approved();
    const ctx = context();
    await Promise.all([consume(ctx, id, id), consume(context(), id), consume(context(), id)]);
    await consume(ctx, id);
    await ctx.settle();
    expect(stripe.transfers).toHaveLength(1);
    expect(await payoutOf(id)).toMatchObject({ status: 'paid' });
    expect(await legsOf(id)).toEqual(PAID_LEGS);
    expect((await kindsTold(creator.userId)).filter((kind) => kind === 'payout-paid')).toHaveLength(1);
  });

  it('is not sent again if a restored database has lost the fact that it was sent', async () => {
    const [resent, rejected] = [await approved(), await approved()];
    for (const { id } of [resent, rejected])
      stripe.transfers.unshift({ id: `tr_${id}`, object: 'transfer', transfer_group: id });
    expect(await consume(context(), resent.id)).toEqual(ACKED);
    const desk = clientWith(STRIPE_ENV, rejected.staff.headers);
    const answer = await desk.put(`${DESK}/${rejected.id}/reject`, { reason: 'Not sent.', afterApproval: true });
    expect([answer.status, answer.error.code]).toEqual([409, 'PAYOUT_DECIDED']);
    for (const { id } of [resent, rejected])
      expect(await payoutOf(id)).toMatchObject({ status: 'paid', reference: `tr_${id}` });
    expect(stripe.callsOf(SEND)).toEqual([]);
  });

  it('fails if the provider refuses the account, and the creator never reads the provider’s words', async () => {
    const { creator, staff, id, accountId } = await approved();
    stripe.accounts.delete(accountId);
    const ctx = context();
    expect(await consume(ctx, id)).toEqual(ACKED);
    await ctx.settle();
    const ours = 'The payout provider could not send it to your account. Check the account before you ask again.';
    const theirs = `resource_missing: No such destination: '${accountId}'`;
    expect(await payoutOf(id)).toMatchObject({ status: 'failed', reason: ours, providerReason: theirs, sendAt: null });
    expect(await legsOf(id)).toEqual(FAILED_LEGS);
    expect(await diamondsOf(creator.userId)).toBe(5_000);
    expect(await kindsTold(creator.userId)).toEqual(['payout-approved', 'payout-failed']);
    const mine = JSON.stringify([
      (await creator.get('payment/payout-history')).data,
      await notificationsOf(creator.userId),
    ]);
    expect(mine).toContain(ours);
    expect(mine).not.toContain('resource_missing');
    expect((await staff.get(`${DESK}?id=${id}`)).data.items).toMatchObject([{ reason: ours, providerReason: theirs }]);
    // For good.
    stripe.completeOnboarding(await connectAgain(creator.userId));
    await consume(context(), id);
    expect(stripe.transfers).toEqual([]);
  });

  it('of sales that is refused is returned including the fee', async () => {
    const request = { source: 'sales', amountMinor: 2_000, currency: 'EUR', method: 'stripe' };
    const { creator, id, accountId } = await approved(request);
    stripe.accounts.delete(accountId);
    await consume(context(), id);
    expect(await legsOf(id)).toEqual(['1 sales_hold 2000 EUR', '3 sales_return 2000 EUR']);
    expect(await readBalance(testContext(), creator.userId, 'sales', 'EUR')).toBe(5_000);
  });

  it('waits while no provider is configured, and can still be rejected', async () => {
    const { creator, staff, id } = await approved();
    expect(await consume(testContext(), id)).toEqual(RETRIED);
    expect(await payoutOf(id)).toMatchObject({ status: 'approved', processingAt: null });
    const { data } = await staff.put(`${DESK}/${id}/reject`, { reason: 'By bank, please.', afterApproval: true });
    expect(data.status).toBe('failed');
    expect(await diamondsOf(creator.userId)).toBe(5_000);
    expect(await consume(context(), id)).toEqual(ACKED);
    expect(stripe.calls).toEqual([]);
  });

  it('that does not exist or must not be sent is dropped', async () => {
    expect(await consume(context(), newId())).toEqual(ACKED);
    expect(stripe.calls).toEqual([]);
  });
});

describe('while the platform’s own account is short or restricted', () => {
  it('a payout stays approved, is tried again, and is paid once the account is in order', async () => {
    const { creator, staff, id } = await approved();
    stripe.balance = 0;
    const ctx = context();
    expect(await consume(ctx, id)).toEqual(ACKED);
    await ctx.settle();
    const row = await payoutOf(id);
    expect(row).toMatchObject({ status: 'approved', refusals: 1, reason: null, processingAt: null, accountId: null });
    expect(row.providerReason).toContain('balance_insufficient');
    expect(row.sendAt).toBeGreaterThan(Date.now());
    expect(await legsOf(id)).toEqual(['1 payout_hold 2000 diamond', '2 payout_due 2000 USD']);
    expect(await kindsTold(creator.userId)).toEqual(['payout-approved']);
    expect(JSON.stringify((await creator.get('payment/payout-history')).data)).not.toContain('balance');
    expect((await staff.get(`${DESK}?id=${id}`)).data.items[0].providerReason).toContain('balance_insufficient');
    // The provider keeps the refusal under the first key.
    stripe.balance = 1_000_000;
    expect(await consume(context(), id)).toEqual(ACKED);
    expect(stripe.transfers).toHaveLength(1);
    expect(stripe.calls.filter(({ method }) => method === SEND).map((call) => call.idempotencyKey)).toEqual([
      id,
      `${id}:1`,
    ]);
    expect(await payoutOf(id)).toMatchObject({ status: 'paid', refusals: 1, reason: null });
    expect(await legsOf(id)).toEqual(PAID_LEGS);
  });

  it('staff who can approve have one notification, which counts the cash-outs until they are paid', async () => {
    const [one, other] = [await approved(), await approved()];
    const support = await asStaff('support');
    const german = await asStaff('country_admin', { country: 'DE', granted: ['canApproveCashout'] });
    stripe.balance = 0;
    for (const id of [one.id, other.id, one.id, other.id]) {
      const ctx = context();
      await consume(ctx, id);
      await ctx.settle();
    }
    const shownTo = async (person: Person) =>
      (await person.get('user/notifications')).data.items.filter(
        ({ kind }: { kind: string }) => kind === 'payout-waiting',
      );
    const body = expect.stringContaining('balance_insufficient');
    for (const person of [one.staff, other.staff])
      expect(await shownTo(person)).toMatchObject([{ title: 'Cash-outs that wait for you: 2', body }]);
    // The creators' country is unknown, so no country admin could decide on them.
    for (const person of [support, german, one.creator]) expect(await shownTo(person)).toEqual([]);
    stripe.balance = 1_000_000;
    for (const id of [one.id, other.id]) {
      const ctx = context();
      await consume(ctx, id);
      await ctx.settle();
    }
    expect(await shownTo(one.staff)).toEqual([]);
  });

  it('two senders at once count one refusal, and staff can still give it up', async () => {
    const { creator, staff, id } = await approved();
    stripe.balance = 0;
    await Promise.all([consume(context(), id), consume(context(), id)]);
    expect((await payoutOf(id)).status).toBe('approved');
    const { refusals } = await payoutOf(id);
    expect(new Set(stripe.calls.filter(({ method }) => method === SEND).map((call) => call.idempotencyKey)).size).toBe(
      refusals,
    );
    const desk = clientWith(STRIPE_ENV, staff.headers);
    const { data } = await desk.put(`${DESK}/${id}/reject`, { reason: 'By bank, please.', afterApproval: true });
    expect(data.status).toBe('failed');
    expect(await diamondsOf(creator.userId)).toBe(5_000);
  });
});

describe('a creator who was banned or left', () => {
  const leaving = {
    banned: { status: 'banned' },
    'leaving, by a planned deletion': { deletesAt: Date.now() + 14 * DAY_MS },
    'a creator no longer': { creatorStatus: 'REJECTED' },
  } as const;
  const leave = (userId: string, how: keyof typeof leaving = 'banned') =>
    testContext().db.update(users).set(leaving[how]).where(eq(users.id, userId));
  const reasonFor = 'Your account can no longer be paid.';

  it.each(Object.keys(leaving) as (keyof typeof leaving)[])('(%s) is not approved', async (how) => {
    const creator = await asPaidCreator(5_000);
    const request = { source: 'diamonds', diamonds: 2_000, method: 'bank' };
    const { data } = await creator.post('payment/payout', request, once());
    await leave(creator.userId, how);
    const owner = await asStaff('owner');
    const { status, error } = await approve(owner, `${DESK}/${data.id}`);
    expect([status, error.code]).toEqual([409, 'CREATOR_NOT_PAYABLE']);
    expect((await payoutOf(data.id)).status).toBe('requested');
  });

  it('is not sent an approved payout: it goes back', async () => {
    const { creator, id } = await approved();
    await leave(creator.userId);
    expect(await consume(context(), id)).toEqual(ACKED);
    expect(stripe.calls).toEqual([]);
    expect(await payoutOf(id)).toMatchObject({ status: 'failed', reason: reasonFor });
    expect(await legsOf(id)).toEqual(FAILED_LEGS);
  });

  it('gets nothing from a payout at the provider that was not sent, once no call can be in progress', async () => {
    const { creator, id } = await approved();
    stripe.failNext('away', SEND);
    await consume(context(), id);
    await leave(creator.userId);
    expect(await consume(context(), id)).toEqual(ACKED);
    expect(await payoutOf(id)).toMatchObject({ status: 'processing', stoppedAt: expect.any(Number) });
    const { stoppedAt } = await payoutOf(id);
    const later: Context = { ...context(), now: () => (stoppedAt ?? 0) + 10 * MINUTE_MS };
    await sendPayout(later, id);
    expect(await payoutOf(id)).toMatchObject({ status: 'failed', reason: reasonFor });
    expect(await legsOf(id)).toEqual(FAILED_LEGS);
    expect(stripe.transfers).toEqual([]);
  });

  it('keeps what the provider had sent before', async () => {
    const { creator, id } = await approved();
    stripe.failNext('lost', SEND);
    await consume(context(), id);
    await leave(creator.userId);
    await consume(context(), id);
    expect(await payoutOf(id)).toMatchObject({ status: 'paid', reference: stripe.transfers[0]?.id, reason: null });
    expect(await legsOf(id)).toEqual(PAID_LEGS);
  });

  it('has all approved payouts at the provider stopped at once, which may be repeated, and requested ones held', async () => {
    await changeEconomy({ limits: { payoutsPerDayMax: 10 } });
    const { creator, id: atProvider } = await approved();
    stripe.failNext('away', SEND);
    await consume(context(), atProvider);
    const request = { source: 'diamonds', diamonds: 1_000, method: 'bank' };
    const { data: asked } = await creator.post('payment/payout', request, once());
    const { data: agreed } = await creator.post('payment/payout', request, once());
    await approve(await asStaff('owner'), `${DESK}/${agreed.id}`);
    const because = 'Your account is banned.';
    await Promise.all([1, 2].map(() => stopPayouts(context(), creator.userId, because)));
    await stopPayouts(context(), creator.userId, because);
    expect(await payoutOf(asked.id)).toMatchObject({ status: 'requested', reason: null });
    expect(await payoutOf(agreed.id)).toMatchObject({ status: 'approved', reason: null }); // staff may have sent it
    const stopped = await payoutOf(atProvider);
    expect(stopped).toMatchObject({ status: 'processing', stoppedAt: expect.any(Number), sendAt: expect.any(Number) });
    await consume(context(), atProvider);
    expect(stripe.transfers).toEqual([]);
    const later: Context = { ...context(), now: () => (stopped.stoppedAt ?? 0) + 10 * MINUTE_MS };
    await sendPayout(later, atProvider);
    expect(await payoutOf(atProvider)).toMatchObject({ status: 'failed', reason: because });
    expect(await diamondsOf(creator.userId)).toBe(3_000);
  });
});

describe('a creator who owes coins or diamonds since the approval', () => {
  const BECAUSE = expect.stringContaining('you owe coins, diamonds or money from sales');

  it('is not sent it: it goes back, and can pay what is owed', async () => {
    const { creator, id, kindsTold } = await approved();
    await owe(creator, 100);
    const ctx = context();
    expect(await consume(ctx, id)).toEqual(ACKED);
    await ctx.settle();
    expect(stripe.calls).toEqual([]);
    expect(await payoutOf(id)).toMatchObject({ status: 'failed', reason: BECAUSE });
    expect(await legsOf(id)).toEqual(FAILED_LEGS);
    expect(await kindsTold()).toContain('payout-failed');
  });

  it('is not sent it if the provider did not get it at the first attempt', async () => {
    const { creator, id } = await approved();
    stripe.failNext('away', SEND);
    await consume(context(), id);
    await owe(creator, 100);
    expect(await consume(context(), id)).toEqual(ACKED);
    const { status, stoppedAt } = await payoutOf(id);
    expect([status, stoppedAt]).toEqual(['processing', expect.any(Number)]);
    const later: Context = { ...context(), now: () => (stoppedAt ?? 0) + 10 * MINUTE_MS };
    await sendPayout(later, id);
    expect(await payoutOf(id)).toMatchObject({ status: 'failed', reason: BECAUSE });
    expect(stripe.transfers).toEqual([]);
  });
});

describe('when the outcome is not known', () => {
  it.each(['away', 'slow', 429, 500, 503] as const)('(%s) it is tried again, and paid once', async (trouble) => {
    const { id } = await approved();
    stripe.failNext(trouble, SEND);
    expect(await consume(context(), id)).toEqual(RETRIED);
    const { processingAt } = await payoutOf(id);
    expect(await payoutOf(id)).toMatchObject({ status: 'processing', processingAt: expect.any(Number) });
    expect(await consume(context(), id)).toEqual(ACKED);
    expect(stripe.transfers).toHaveLength(1);
    expect(await payoutOf(id)).toMatchObject({ status: 'paid', processingAt });
  });

  it('the next attempt finds the transfer if only the response was lost', async () => {
    const { id } = await approved();
    stripe.failNext('lost', SEND);
    expect(await consume(context(), id)).toEqual(RETRIED);
    expect(await consume(context(), id)).toEqual(ACKED);
    expect(await payoutOf(id)).toMatchObject({ status: 'paid', reference: stripe.transfers[0]?.id });
    expect(stripe.transfers).toHaveLength(1);
    expect(stripe.callsOf(SEND)).toHaveLength(1);
    expect(stripe.callsOf(LOOK).at(-1)).toEqual({ transfer_group: id, limit: '1' });
    expect(await legsOf(id)).toEqual(PAID_LEGS);
  });

  it('the next attempt finds the transfer if the Worker was killed before it was recorded', async () => {
    const { id } = await approved();
    // Only the batch that ends it names these; the claim and the reads do not.
    const dying = context({ DB: databaseWithout('ledger_transfers') });
    expect(await consume(dying, id)).toEqual(RETRIED);
    expect(stripe.transfers).toHaveLength(1);
    expect(await payoutOf(id)).toMatchObject({ status: 'processing', reference: null });
    expect(await consume(context(), id)).toEqual(ACKED);
    expect(stripe.transfers).toHaveLength(1);
    expect(stripe.callsOf(SEND)).toHaveLength(1);
    expect(await payoutOf(id)).toMatchObject({ status: 'paid', reference: stripe.transfers[0]?.id });
    expect(await legsOf(id)).toEqual(PAID_LEGS);
  });

  it('nothing is sent while the transfer cannot be looked up', async () => {
    const { id } = await approved();
    stripe.failNext('lost', SEND);
    await consume(context(), id);
    stripe.failNext('away', LOOK);
    expect(await consume(context(), id)).toEqual(RETRIED);
    expect(stripe.callsOf(SEND)).toHaveLength(1);
  });
});

describe('after twenty hours without a known outcome', () => {
  /** The provider was asked, and has not answered since. */
  async function unknown(trouble: 'away' | 'lost' = 'away') {
    const known = await approved();
    stripe.failNext(trouble, SEND);
    await consume(context(), known.id);
    const processingAt = (await payoutOf(known.id)).processingAt ?? 0;
    const later = (ms: number) => vi.useFakeTimers({ toFake: ['Date'], now: processingAt + ms });
    // The access token is long gone by then.
    const owner = client({ authorization: `Bearer ${known.staff.sessionToken}` });
    const desk = clientWith(STRIPE_ENV, { authorization: `Bearer ${known.staff.sessionToken}` });
    return { ...known, later, owner, desk };
  }

  it('it is no longer sent, and the sweep ignores it', async () => {
    const { id, later, desk } = await unknown();
    later(20 * HOUR_MS - 10 * MINUTE_MS);
    expect(await consume(context(), id)).toEqual(ACKED);
    expect(stripe.callsOf(SEND)).toHaveLength(0);
    expect(stripe.transfers).toEqual([]);
    expect(await payoutOf(id)).toMatchObject({ status: 'processing', sendAt: null });
    const queue = recordingQueue<PayoutMessage>();
    later(40 * HOUR_MS);
    await requeuePayouts(context({ PAYOUTS: queue.queue }));
    expect(queue.sent).toEqual([]);
    const { items } = (await desk.get(`${DESK}?status=processing`)).data;
    expect(items).toMatchObject([{ id, needsDecision: true }]);
  });

  it('it is still sent just before that', async () => {
    const { id, later, desk } = await unknown();
    later(20 * HOUR_MS - 10 * MINUTE_MS - SECOND_MS);
    expect((await desk.get(`${DESK}?status=processing`)).data.items).toMatchObject([{ id, needsDecision: false }]);
    for (const [path, body] of [
      ['reject', { reason: 'No.', afterApproval: true }],
      ['paid', { reference: 'X' }],
    ] as const)
      expect((await desk.put(`${DESK}/${id}/${path}`, body)).status).toBe(409);
    expect(await consume(context(), id)).toEqual(ACKED);
    expect(await payoutOf(id)).toMatchObject({ status: 'paid' });
  });

  it('it is marked as paid if the transfer is found after all', async () => {
    const { id, later } = await unknown('lost');
    later(21 * HOUR_MS);
    expect(await consume(context(), id)).toEqual(ACKED);
    expect(await payoutOf(id)).toMatchObject({ status: 'paid', reference: stripe.transfers[0]?.id });
    expect(stripe.transfers).toHaveLength(1);
  });

  it('staff can mark it as paid', async () => {
    const { id, later, desk } = await unknown();
    later(20 * HOUR_MS);
    expect((await desk.put(`${DESK}/${id}/approve`)).error.code).toBe('PAYOUT_DECIDED');
    const { status, data } = await desk.put(`${DESK}/${id}/paid`, { reference: 'tr_seen' });
    expect([status, data.status, data.reference]).toEqual([200, 'paid', 'tr_seen']);
    expect(await legsOf(id)).toEqual(PAID_LEGS);
    await consume(context(), id);
    expect(stripe.transfers).toEqual([]);
  });

  it.each(['answers', 'is away', 'is set up no more'])('staff can give it up if the provider %s', async (how) => {
    const { creator, id, later, desk, owner } = await unknown();
    later(20 * HOUR_MS);
    if (how === 'is away') stripe.failNext('away');
    const { data } = await (how === 'is set up no more' ? owner : desk).put(`${DESK}/${id}/reject`, {
      reason: 'Stripe knows nothing of it.',
    });
    expect([data.status, data.reason]).toEqual(['failed', 'Stripe knows nothing of it.']);
    expect(await legsOf(id)).toEqual(FAILED_LEGS);
    expect(await diamondsOf(creator.userId)).toBe(5_000);
    await consume(context(), id);
    expect(stripe.transfers).toEqual([]);
  });

  it('staff cannot give up what the provider has sent', async () => {
    const { creator, id, later, desk } = await unknown('lost');
    later(20 * HOUR_MS);
    const { status, error } = await desk.put(`${DESK}/${id}/reject`, { reason: 'It seems lost.' });
    expect([status, error.code]).toEqual([409, 'PAYOUT_DECIDED']);
    expect(await payoutOf(id)).toMatchObject({ status: 'paid', reference: stripe.transfers[0]?.id });
    expect(await diamondsOf(creator.userId)).toBe(3_000);
  });

  it('only one of many staff who decide at once succeeds', async () => {
    const { id, later, desk } = await unknown();
    later(20 * HOUR_MS);
    const answers = await Promise.all([
      desk.put(`${DESK}/${id}/reject`, { reason: 'Not sent.' }),
      desk.put(`${DESK}/${id}/paid`, { reference: 'tr_1' }),
      desk.put(`${DESK}/${id}/paid`, { reference: 'tr_2' }),
    ]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
  });
});

describe('the sweep of payouts', () => {
  it('queues approved payouts that never reached the queue', async () => {
    const creator = await asPaidCreator(5_000);
    await connectToStripe(stripe, creator.userId);
    const environment = { ...STRIPE_ENV, PAYOUTS: queueThatIsAway };
    const request = { source: 'diamonds', diamonds: 2_000, method: 'stripe' };
    const { data } = await clientWith(environment, creator.headers).post('payment/payout', request, once());
    const owner = await asStaff('owner');
    const answer = await approve(owner, `${DESK}/${data.id}`, clientWith(environment, owner.headers));
    expect(answer.status).toBe(200);

    const queue = recordingQueue<PayoutMessage>();
    const { decidedAt } = await payoutOf(data.id);
    const at = (ms: number): Context => ({ ...context({ PAYOUTS: queue.queue }), now: () => (decidedAt ?? 0) + ms });
    await requeuePayouts(at(2 * MINUTE_MS - 1));
    expect(queue.sent).toEqual([]);
    await Promise.all([requeuePayouts(at(2 * MINUTE_MS)), requeuePayouts(at(2 * MINUTE_MS))]);
    expect(queue.sent).toEqual([{ body: { payoutId: data.id }, delaySeconds: undefined }]);
  });

  it('retries less and less often', async () => {
    const { id } = await approved();
    const queue = recordingQueue<PayoutMessage>();
    const { decidedAt } = await payoutOf(id);
    const start = decidedAt ?? 0;
    const delays: number[] = [];
    for (let now = start, n = 0; n < 8; n += 1) {
      const { sendAt } = await payoutOf(id);
      delays.push(((sendAt ?? 0) - now) / MINUTE_MS);
      now = sendAt ?? 0;
      await requeuePayouts({ ...context({ PAYOUTS: queue.queue }), now: () => now });
    }
    expect(delays).toEqual([2, 2, 4, 8, 16, 32, 60, 60]);
    expect(queue.sent).toHaveLength(8);
  });

  it('ignores payouts that are paid, failed, left to staff or paid by bank', async () => {
    const [paid, failed] = [await approved(), await approved()];
    await sendPayout(context(), paid.id);
    stripe.accounts.delete(failed.accountId);
    await sendPayout(context(), failed.id);
    await approved({ source: 'diamonds', diamonds: 2_000, method: 'bank' });
    const queue = recordingQueue<PayoutMessage>();
    await requeuePayouts({ ...context({ PAYOUTS: queue.queue }), now: () => Date.now() + 100 * HOUR_MS });
    expect(queue.sent).toEqual([]);
  });
});

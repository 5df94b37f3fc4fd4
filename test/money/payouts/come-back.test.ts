/** Paid cash-outs that come back: everything is the creator's again, once, however often it is said. */
import { beforeEach, describe, expect, it } from 'vitest';
import { clientWith, requestWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { diamondsOf, once } from '#test/support/money';
import {
  approve,
  asPaidCreator,
  connectToStripe,
  giveSales,
  legsOf,
  notificationsOf,
  payoutOf,
} from '#test/support/payouts';
import { prove } from '#test/support/proof';
import { consumed, recordingQueue } from '#test/support/queues';
import { STRIPE_ENV, type StripeStandIn, signedStripeEvent, standInForStripe } from '#test/support/stripe';
import { asStaff } from '#test/support/users';
import type { WebhookMessage } from '@/contracts/messages';
import { sendPayout } from '@/domains/money/payouts/send';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { readBalance } from '@/ledger/transfers';
import { consumeWebhooks } from '@/queues/webhooks';
import { newId } from '@/shared/ids';

const DESK = 'owner/panel/cashouts';
const REASON = 'The bank says that the account is closed.';
const BACK_LEGS = [
  '1 payout_hold 2000 diamond',
  '2 payout_due 2000 USD',
  '3 payout_burn 2000 diamond',
  '4 payout_cash 1955 USD',
  '5 payout_fee 45 USD',
  '6 payout_cash_returned 1955 USD',
  '7 payout_fee_returned 45 USD',
  '8 payout_undue 2000 USD',
  '9 payout_restored 2000 diamond',
];

let stripe: StripeStandIn;
beforeEach(() => {
  stripe = standInForStripe();
});

const DIAMONDS = { source: 'diamonds', diamonds: 2_000, method: 'bank' };

async function paidByBank(request: object = DIAMONDS) {
  const creator = await asPaidCreator(5_000);
  await giveSales(creator.userId, 5_000);
  const { data } = await creator.post('payment/payout', request, once());
  const owner = await asStaff('owner');
  const url = `${DESK}/${data.id}`;
  await approve(owner, url);
  await owner.put(`${url}/paid`, { reference: 'BANK-1' });
  return { creator, owner, url, id: data.id as string };
}

async function paidByStripe() {
  const creator = await asPaidCreator(5_000);
  await connectToStripe(stripe, creator.userId);
  const environment = { ...STRIPE_ENV, PAYOUTS: recordingQueue().queue };
  const request = { ...DIAMONDS, method: 'stripe' };
  const { data } = await clientWith(environment, creator.headers).post('payment/payout', request, once());
  const owner = await asStaff('owner');
  await approve(owner, `${DESK}/${data.id}`, clientWith(environment, owner.headers));
  await sendPayout(testContext(STRIPE_ENV), data.id);
  const { reference } = await payoutOf(data.id);
  return { creator, owner, id: data.id as string, url: `${DESK}/${data.id}`, reference: reference ?? '' };
}

/** Stripe's webhook, taken in and consumed. Answers the stored event. */
async function tell(transfer: Record<string, unknown>) {
  const queue = recordingQueue<WebhookMessage>();
  const event = await signedStripeEvent('transfer.reversed', transfer);
  expect((await requestWith({ ...STRIPE_ENV, WEBHOOKS: queue.queue }, event)).status).toBe(200);
  const ctx = testContext(STRIPE_ENV);
  await consumed<WebhookMessage>((batch) => consumeWebhooks(ctx, batch), 'footlight-webhooks', queue.sent);
  await ctx.settle();
  const stored = await testContext().db.select().from(webhookEvents);
  return stored.find(({ id }) => id === queue.sent[0]?.body.webhookEventId);
}

const kindsOf = async (userId: string) => (await notificationsOf(userId)).map(({ kind }) => kind);

describe('staff', () => {
  it('record that a bank transfer came back, with all that it took and the fee', async () => {
    const { creator, owner, url, id } = await paidByBank();
    expect(await diamondsOf(creator.userId)).toBe(3_000);
    const { status, data } = await owner.put(`${url}/returned`, { reason: REASON });
    expect([status, data.status, data.reason]).toEqual([200, 'returned', REASON]);
    expect(data.returnedAt).not.toBeNull();
    expect(await legsOf(id)).toEqual(BACK_LEGS);
    expect(await diamondsOf(creator.userId)).toBe(5_000);
    expect((await notificationsOf(creator.userId)).at(-1)).toEqual({
      kind: 'payout-returned',
      body: `The diamonds are yours again, and the fee too. Reason: ${REASON}`,
    });
    // They have matured, and the day's limit does not count what came back.
    for (const diamonds of [2_000, 2_000, 1_000])
      expect((await creator.post('payment/payout', { ...DIAMONDS, diamonds }, once())).status).toBe(201);
    const history = (await creator.get('earnings/history')).data.items;
    expect(history.map(({ kind }: { kind: string }) => kind)).toContain('payout-returned');
    expect((await creator.get('earnings/stats')).data.cashedOut.diamonds).toBe(0);
  });

  it('give sales back in their currency', async () => {
    const request = { source: 'sales', amountMinor: 2_000, currency: 'EUR', method: 'bank' };
    const { creator, owner, url, id } = await paidByBank(request);
    await owner.put(`${url}/returned`, { reason: REASON });
    expect(await legsOf(id)).toEqual([
      ...['1 sales_hold 2000 EUR', '4 payout_cash 1955 EUR', '5 payout_fee 45 EUR'],
      ...['6 payout_cash_returned 1955 EUR', '7 payout_fee_returned 45 EUR', '8 sales_return 2000 EUR'],
    ]);
    expect(await readBalance(testContext(), creator.userId, 'sales', 'EUR')).toBe(5_000);
  });

  it('do it once, even many at once', async () => {
    const { creator, url, id } = await paidByBank();
    const staff = await Promise.all([1, 2, 3].map(() => asStaff('owner')));
    const answers = await Promise.all(staff.map((person) => person.put(`${url}/returned`, { reason: REASON })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    const again = await staff[0]?.put(`${url}/returned`, { reason: REASON });
    expect([again?.status, again?.error.code]).toEqual([409, 'PAYOUT_DECIDED']);
    expect(await legsOf(id)).toEqual(BACK_LEGS);
    expect(await diamondsOf(creator.userId)).toBe(5_000);
  });

  it('can only return what was paid, not their own, and with a reason', async () => {
    const creator = await asPaidCreator(5_000, { country: 'FR' });
    const { data } = await creator.post('payment/payout', DIAMONDS, once());
    const owner = await asStaff('owner');
    const codeOf = async (by: Pick<typeof owner, 'put'>, id: string, body: unknown = { reason: REASON }) => {
      const { status, error } = await by.put(`${DESK}/${id}/returned`, body);
      return [status, error?.code];
    };
    expect(await codeOf(owner, data.id)).toEqual([409, 'PAYOUT_NOT_PAID']);
    expect(await codeOf(owner, newId())).toEqual([404, 'PAYOUT_NOT_FOUND']);
    for (const body of [{}, { reason: '' }, { reason: ' ' }, { reason: 'x', more: 1 }])
      expect(await codeOf(owner, data.id, body)).toEqual([422, 'VALIDATION_FAILED']);
    const german = await asStaff('country_admin', { country: 'DE', granted: ['canApproveCashout'] });
    expect(await codeOf(german, data.id)).toEqual([403, 'PAYOUT_OUT_OF_REACH']);
    const own = await asPaidCreator(5_000, { rank: 'owner' });
    const { data: mine } = await own.post('payment/payout', DIAMONDS, once());
    expect(await codeOf(own, mine.id)).toEqual([403, 'OWN_PAYOUT']);
  });
});

describe('Stripe', () => {
  it('reverses a transfer: the payout comes back once, and the creator reads our own words', async () => {
    const { creator, id, reference } = await paidByStripe();
    const transfer = stripe.reverseTransfer(reference);
    for (let times = 0; times < 2; times += 1) expect(await tell(transfer)).toMatchObject({ state: 'processed' });
    expect(await payoutOf(id)).toMatchObject({
      status: 'returned',
      reason: 'The transfer was reversed. Check your payout account before you ask again.',
      providerReason: `transfer.reversed: ${reference}`,
    });
    expect(await legsOf(id)).toEqual(BACK_LEGS);
    expect(await diamondsOf(creator.userId)).toBe(5_000);
    expect((await kindsOf(creator.userId)).filter((kind) => kind === 'payout-returned')).toHaveLength(1);
    // It is not sent again.
    await sendPayout(testContext(STRIPE_ENV), id);
    expect(stripe.transfers).toHaveLength(1);
  });

  it('and staff at once return it once', async () => {
    const { creator, owner, id, url, reference } = await paidByStripe();
    const transfer = stripe.reverseTransfer(reference);
    await Promise.all([tell(transfer), owner.put(`${url}/returned`, { reason: REASON }), tell(transfer)]);
    expect(await legsOf(id)).toEqual(BACK_LEGS);
    expect(await diamondsOf(creator.userId)).toBe(5_000);
    expect((await kindsOf(creator.userId)).filter((kind) => kind === 'payout-returned')).toHaveLength(1);
  });

  it('may say so before we know that the payout was sent', async () => {
    const creator = await asPaidCreator(5_000);
    await connectToStripe(stripe, creator.userId);
    const environment = { ...STRIPE_ENV, PAYOUTS: recordingQueue().queue };
    const api = clientWith(environment, creator.headers);
    const { data } = await api.post('payment/payout', { ...DIAMONDS, method: 'stripe' }, once());
    const owner = await asStaff('owner');
    await approve(owner, `${DESK}/${data.id}`, clientWith(environment, owner.headers));
    stripe.failNext('lost', 'POST /v1/transfers');
    await sendPayout(testContext(STRIPE_ENV), data.id).catch(() => {});
    const transfer = stripe.reverseTransfer(stripe.transfers[0]?.id);
    expect(await tell(transfer)).toMatchObject({ state: 'processed' });
    expect(await payoutOf(data.id)).toMatchObject({ status: 'returned', reference: transfer.id });
    expect(await legsOf(data.id)).toEqual(BACK_LEGS);
  });

  it('takes back only a part, another transfer or an unknown payout: that is held for staff', async () => {
    const { id, reference } = await paidByStripe();
    const transfer = stripe.reverseTransfer(reference, { amount_reversed: 100, reversed: false });
    for (const [change, error] of [
      [{}, 'Only a part'],
      [{ id: 'tr_another', reversed: true }, 'not by transfer tr_another'],
      [{ metadata: { payoutId: newId() }, reversed: true }, 'There is no payout'],
    ] as const)
      expect(await tell({ ...transfer, ...change })).toMatchObject({
        state: 'held',
        error: expect.stringContaining(error),
      });
    expect((await payoutOf(id)).status).toBe('paid');
  });

  it('reverses transfers that are no payouts, which is ignored', async () => {
    const transfer = {
      id: 'tr_other',
      object: 'transfer',
      amount: 1,
      amount_reversed: 1,
      reversed: true,
      metadata: {},
    };
    expect(await tell(transfer)).toBeUndefined();
  });
});

it('leaves books that are in order', async () => {
  const { findings } = await prove();
  expect(findings.filter(({ subject }) => subject !== 'transfer')).toEqual([]);
});

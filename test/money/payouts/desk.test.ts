/** Staff decide on cash-outs: once, never on their own, and seeing no more of a bank account than paying it takes. */
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { anotherCode } from '#test/support/accounts';
import { clientWith } from '#test/support/app';
import { IBAN } from '#test/support/applications';
import { testContext } from '#test/support/context';
import { diamondsOf, giveCoins, once, purchaseOf } from '#test/support/money';
import {
  approve,
  asPaidCreator,
  connectToStripe,
  freshCode,
  giveSales,
  legsOf,
  notificationsOf,
  payoutOf,
} from '#test/support/payouts';
import { eventsOf, tell } from '#test/support/purchases';
import { recordingQueue } from '#test/support/queues';
import { STRIPE_ENV, standInForStripe } from '#test/support/stripe';
import { asStaff } from '#test/support/users';
import type { PayoutMessage } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { payoutCheck } from '@/domains/money/payouts/check';
import { newBackupCodes } from '@/domains/people/auth/backup-codes';
import { readBalance } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

const DESK = 'owner/panel/cashouts';
const idsOf = ({ data }: { data: { items: { id: string }[] } }) => data.items.map(({ id }) => id);

/** A creator who asked for 2,000 diamonds by bank, and what they asked for. */
async function asked(traits: Parameters<typeof asPaidCreator>[1] = {}) {
  const creator = await asPaidCreator(5_000, traits);
  const request = { source: 'diamonds', diamonds: 2_000, method: 'bank' };
  const { data } = await creator.post('payment/payout', request, once());
  return { creator, id: data.id as string, url: `${DESK}/${data.id}` };
}

async function askedForSales() {
  const creator = await asPaidCreator();
  await giveSales(creator.userId, 5_000);
  const request = { source: 'sales', amountMinor: 2_000, currency: 'EUR', method: 'bank' };
  const { data } = await creator.post('payment/payout', request, once());
  return { creator, id: data.id as string, url: `${DESK}/${data.id}` };
}

const logOf = async (id: string) =>
  (
    await env.DB.prepare(
      "SELECT staff_id, action, before, after, reason FROM staff_log WHERE target_id = ? AND outcome = 'done' ORDER BY id",
    )
      .bind(id)
      .all()
  ).results;
const salesOf = (userId: string) => readBalance(testContext(), userId, 'sales', 'EUR');

describe('approving', () => {
  it('makes the money due, notifies the creator, and is logged', async () => {
    const [{ creator, id, url }, owner] = [await asked(), await asStaff('owner')];
    const { status, data } = await approve(owner, url);
    expect([status, data]).toEqual([
      200,
      expect.objectContaining({
        status: 'approved',
        decidedBy: expect.objectContaining({ id: owner.userId, username: owner.username }),
        needsDecision: false,
        stoppedAt: null,
        accountLast4: '3000',
      }),
    ]);
    expect(JSON.stringify(data)).not.toContain(IBAN);
    expect(await legsOf(id)).toEqual(['1 payout_hold 2000 diamond', '2 payout_due 2000 USD']);
    expect((await payoutOf(id)).sendAt).toBeNull();
    const known = { userId: creator.userId };
    expect(await logOf(id)).toEqual([
      {
        staff_id: owner.userId,
        action: 'payout.approve',
        before: JSON.stringify({ ...known, status: 'requested' }),
        after: JSON.stringify({ ...known, status: 'approved', amountMinor: 1_955, currency: 'USD' }),
        reason: null,
      },
    ]);
    await vi.waitFor(async () =>
      expect(await notificationsOf(creator.userId)).toEqual([
        { kind: 'payout-approved', body: '$19.55 will be sent to you.' },
      ]),
    );
  });

  it('queues a payout by Stripe, which the sweep also finds', async () => {
    const stripe = standInForStripe();
    const queue = recordingQueue<PayoutMessage>();
    const environment = { ...STRIPE_ENV, PAYOUTS: queue.queue };
    const creator = await asPaidCreator(5_000);
    await connectToStripe(stripe, creator.userId);
    const request = { source: 'diamonds', diamonds: 2_000, method: 'stripe' };
    const { data } = await clientWith(environment, creator.headers).post('payment/payout', request, once());
    const boss = await asStaff('owner');
    const owner = clientWith(environment, boss.headers);
    expect((await owner.put(`${DESK}/${data.id}/paid`, { reference: 'X' })).error.code).toBe('PAYOUT_NOT_APPROVED');
    expect((await approve(boss, `${DESK}/${data.id}`, owner)).status).toBe(200);
    expect(queue.sent).toEqual([{ body: { payoutId: data.id }, delaySeconds: undefined }]);
    expect((await payoutOf(data.id)).sendAt).toBeGreaterThan(Date.now());
    // Whether it is paid, the provider says.
    const { status, error } = await owner.put(`${DESK}/${data.id}/paid`, { reference: 'X' });
    expect([status, error.code]).toEqual([409, 'PAYOUT_WITH_PROVIDER']);
    expect((await owner.put(`${DESK}/${data.id}/reject`, { reason: 'No.' })).error.code).toBe('PAYOUT_DECIDED');
  });
});

describe('the code of an approval', () => {
  const refused = async (answer: ReturnType<typeof approve>) => {
    const { status, error } = await answer;
    return [status, error?.code];
  };
  const REQUIRED = [403, 'TOTP_REQUIRED'];

  it('is required, must be right, and belongs to the approver', async () => {
    const [{ id, url }, owner, other] = [await asked(), await asStaff('owner'), await asStaff('owner')];
    expect(await refused(owner.put(`${url}/approve`, { code: '123456' }))).toEqual(REQUIRED); // has no app
    const code = await freshCode(owner.userId);
    for (const body of [
      undefined,
      {},
      { code: '' },
      { code: anotherCode(code) },
      { code: 'abcdef' },
      { code: '12345' },
    ])
      expect(await refused(owner.put(`${url}/approve`, body))).toEqual(REQUIRED);
    await freshCode(other.userId);
    await env.DB.prepare('UPDATE users SET totp_enabled_at = NULL WHERE id = ?').bind(other.userId).run();
    const turnedOff = await refused(other.put(`${url}/approve`, { code }));
    expect(turnedOff).toEqual([403, 'TOTP_SETUP_REQUIRED']);
    expect((await payoutOf(id)).status).toBe('requested');
    expect((await owner.put(`${url}/approve`, { code: ` ${code.slice(0, 3)} ${code.slice(3)} ` })).status).toBe(200);
  });

  it('works once, for one of two payouts at once', async () => {
    const [one, other, owner] = [await asked(), await asked(), await asStaff('owner')];
    const code = await freshCode(owner.userId);
    const answers = await Promise.all([one, other].map(({ url }) => owner.put(`${url}/approve`, { code })));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 403]);
    const left = (await payoutOf(one.id)).status === 'requested' ? one : other;
    expect(await refused(owner.put(`${left.url}/approve`, { code }))).toEqual(REQUIRED);
    expect(await legsOf(left.id)).toEqual(['1 payout_hold 2000 diamond']);
  });

  it('cannot be a backup code, nor guessed without end', async () => {
    const [{ url }, owner] = [await asked(), await asStaff('owner')];
    const code = await freshCode(owner.userId);
    const { codes, statements } = newBackupCodes(testContext(), owner.userId);
    await commit(testContext(), statements);
    expect(await refused(owner.put(`${url}/approve`, { code: codes[0] }))).toEqual(REQUIRED);
    const wrong = anotherCode(anotherCode(anotherCode(code)));
    for (let tries = 0; tries < 20; tries += 1)
      expect(await refused(owner.put(`${url}/approve`, { code: wrong }))).toEqual(REQUIRED);
    expect(await refused(owner.put(`${url}/approve`, { code }))).toEqual([429, 'CHALLENGE_LIMIT']);
  });
});

describe('the risk of a payout', () => {
  it('shows where the diamonds come from, of all creators of a page', async () => {
    const { creator, id } = await asked({ createdAt: Date.now() - 100 * DAY_MS });
    const other = await asked();
    const [fan, guest] = [await asStaff('support'), await asStaff('support')];
    const bought = await giveCoins(fan.userId, 8_000);
    for (const person of [fan, guest, fan]) {
      await giveCoins(guest.userId, 2_000);
      await person.post('payment/tip', { recipientId: creator.userId, coins: 2_000 }, once());
    }
    const owner = await asStaff('owner');
    const riskOf = async (payoutId: string) => {
      const { items } = (await owner.get(`${DESK}/pending?perPage=100`)).data;
      return items.find((item: { id: string }) => item.id === payoutId)?.risk;
    };
    // 5,000 from a stranger by an old purchase; 3 × 1,000 now.
    await env.DB.prepare('UPDATE coin_lots SET created_at = created_at - ? WHERE user_id NOT IN (?, ?)')
      .bind(60 * DAY_MS, fan.userId, guest.userId)
      .run();
    const young = { youngBps: 3_750, senders: 3, accountDays: 100, firstPayout: true, debts: [] };
    expect(await riskOf(id)).toEqual({ ...young, disputedBps: 0, fraudWarnings: 0 });
    expect(await riskOf(other.id)).toMatchObject({ youngBps: 0, senders: 1, accountDays: 0 });
    const purchase = await purchaseOf(bought);
    if (!purchase) throw new Error('The purchase is gone');
    // The fan's two tips, as soon as the card's issuer warns of fraud.
    await tell(eventsOf(purchase).fraudWarned(1_000));
    expect(await riskOf(id)).toEqual({ ...young, disputedBps: 2_500, fraudWarnings: 2 });
    // What is taken back is not counted twice.
    await tell(eventsOf(purchase).disputed('open'));
    expect(await riskOf(id)).toEqual({ ...young, disputedBps: 2_500, fraudWarnings: 2 });
    await approve(owner, `${DESK}/${id}`);
    const { data } = await owner.put(`${DESK}/${id}/paid`, { reference: 'B-1' });
    expect(data.risk).toMatchObject({ youngBps: 3_750, senders: 3 });
  });
});

describe('rejecting', () => {
  it('gives the diamonds back, with the reason', async () => {
    const [{ creator, id, url }, owner] = [await asked(), await asStaff('owner')];
    const { status, data } = await owner.put(`${url}/reject`, { reason: 'The name does not match.' });
    expect([status, data.status, data.reason]).toEqual([200, 'rejected', 'The name does not match.']);
    expect(await diamondsOf(creator.userId)).toBe(5_000);
    expect(await legsOf(id)).toEqual(['1 payout_hold 2000 diamond', '3 payout_return 2000 diamond']);
    expect(await logOf(id)).toMatchObject([{ action: 'payout.reject', reason: 'The name does not match.' }]);
    await vi.waitFor(async () =>
      expect(await notificationsOf(creator.userId)).toMatchObject([
        { kind: 'payout-rejected', body: expect.stringContaining('The name does not match.') },
      ]),
    );
    const [mine] = (await creator.get('earnings/cashout/my')).data.items;
    expect(mine).toMatchObject({ id, status: 'rejected', reason: 'The name does not match.' });
    // They can be asked for again.
    const request = { source: 'diamonds', diamonds: 5_000, method: 'bank' };
    expect((await creator.post('payment/payout', request, once())).status).toBe(201);
  });

  it('gives sales back including the fee', async () => {
    const [{ creator, id, url }, owner] = [await askedForSales(), await asStaff('owner')];
    expect((await owner.put(`${url}/reject`, { reason: 'No.' })).data.status).toBe('rejected');
    expect(await salesOf(creator.userId)).toBe(5_000);
    expect(await legsOf(id)).toEqual(['1 sales_hold 2000 EUR', '3 sales_return 2000 EUR']);
  });

  it('requires a reason and refuses other fields', async () => {
    const [{ url }, owner] = [await asked(), await asStaff('owner')];
    for (const body of [
      {},
      { reason: '' },
      { reason: ' ' },
      { reason: 'x'.repeat(501) },
      { reason: 'x', status: 'paid' },
    ])
      expect((await owner.put(`${url}/reject`, body)).status).toBe(422);
  });

  it('after the approval must be explicit, and marks the payout as failed', async () => {
    const [{ creator, id, url }, owner] = [await asked(), await asStaff('owner')];
    await approve(owner, url);
    const refused = await owner.put(`${url}/reject`, { reason: 'The bank sent it back.' });
    expect([refused.status, refused.error.code]).toEqual([409, 'PAYOUT_DECIDED']);
    const { data } = await owner.put(`${url}/reject`, { reason: 'The bank sent it back.', afterApproval: true });
    expect([data.status, data.decidedBy.id]).toEqual(['failed', owner.userId]);
    expect(await diamondsOf(creator.userId)).toBe(5_000);
    expect(await legsOf(id)).toEqual([
      '1 payout_hold 2000 diamond',
      '2 payout_due 2000 USD',
      '3 payout_return 2000 diamond',
      '4 payout_undue 2000 USD',
    ]);
    await vi.waitFor(async () =>
      expect((await notificationsOf(creator.userId)).map(({ kind }) => kind)).toEqual([
        'payout-approved',
        'payout-failed',
      ]),
    );
  });
});

describe('marking as paid', () => {
  it('burns the diamonds and books the money, its fee and the reference', async () => {
    const [{ creator, id, url }, owner] = [await asked(), await asStaff('owner')];
    const early = await owner.put(`${url}/paid`, { reference: 'BANK-1' });
    expect([early.status, early.error.code]).toEqual([409, 'PAYOUT_NOT_APPROVED']);
    await approve(owner, url);
    const { status, data } = await owner.put(`${url}/paid`, { reference: 'BANK-1' });
    expect([status, data.status, data.reference]).toEqual([200, 'paid', 'BANK-1']);
    expect(data.paidAt).not.toBeNull();
    expect(await diamondsOf(creator.userId)).toBe(3_000);
    expect(await legsOf(id)).toEqual([
      '1 payout_hold 2000 diamond',
      '2 payout_due 2000 USD',
      '3 payout_burn 2000 diamond',
      '4 payout_cash 1955 USD',
      '5 payout_fee 45 USD',
    ]);
    expect((await logOf(id)).map(({ action }) => action)).toEqual(['payout.approve', 'payout.paid']);
    await vi.waitFor(async () =>
      expect((await notificationsOf(creator.userId)).map(({ kind }) => kind)).toEqual([
        'payout-approved',
        'payout-paid',
      ]),
    );
    for (const [path, body] of [
      ['approve', undefined],
      ['reject', { reason: 'No.', afterApproval: true }],
      ['paid', { reference: 'BANK-2' }],
    ] as const)
      expect((await owner.put(`${url}/${path}`, body)).error.code).toBe('PAYOUT_DECIDED');
    expect((await payoutOf(id)).reference).toBe('BANK-1');
  });

  it('books sales', async () => {
    const [{ creator, id, url }, owner] = [await askedForSales(), await asStaff('owner')];
    await approve(owner, url);
    expect(await legsOf(id)).toEqual(['1 sales_hold 2000 EUR']);
    await owner.put(`${url}/paid`, { reference: 'BANK-1' });
    expect(await legsOf(id)).toEqual(['1 sales_hold 2000 EUR', '4 payout_cash 1955 EUR', '5 payout_fee 45 EUR']);
    expect(await salesOf(creator.userId)).toBe(3_000);
  });

  it('requires a reference', async () => {
    const [{ url }, owner] = [await asked(), await asStaff('owner')];
    for (const body of [{}, { reference: '' }, { reference: 'a\nb' }, { reference: 7 }, { reference: 'a', paidAt: 0 }])
      expect((await owner.put(`${url}/paid`, body)).status).toBe(422);
  });
});

describe('a decision', () => {
  it('is made by only one of many staff at once', async () => {
    const { creator, id, url } = await asked();
    const staff = await Promise.all([1, 2, 3, 4].map(() => asStaff('owner')));
    const answers = await Promise.all(
      staff.map((person, index) =>
        index % 2 ? approve(person, url) : person.put(`${url}/reject`, { reason: `No ${index}.` }),
      ),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409, 409]);
    for (const { status, error } of answers) if (status === 409) expect(error.code).toBe('PAYOUT_DECIDED');
    const { status } = await payoutOf(id);
    expect(status).toBe(answers.find((answer) => answer.status === 200)?.data.status);
    expect(await diamondsOf(creator.userId)).toBe(status === 'rejected' ? 5_000 : 3_000);
    expect(await logOf(id)).toHaveLength(1);
    expect(await legsOf(id)).toHaveLength(2);
  });

  it('that a payout is paid is made only once', async () => {
    const { id, url } = await asked();
    const staff = await Promise.all([1, 2, 3].map(() => asStaff('owner')));
    await approve(await asStaff('owner'), url);
    const answers = await Promise.all(
      staff.map((person, index) => person.put(`${url}/paid`, { reference: `B-${index}` })),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409, 409]);
    expect((await payoutOf(id)).reference).toBe(answers.find(({ status }) => status === 200)?.data.reference);
    expect(await legsOf(id)).toHaveLength(5);
  });

  it('is refused on one’s own payout and outside the admin’s country', async () => {
    const own = await asked({ rank: 'owner' });
    for (const [path, body] of [
      ['approve', undefined],
      ['reject', { reason: 'No.' }],
      ['paid', { reference: 'B' }],
    ] as const) {
      const { status, error } = await own.creator.put(`${own.url}/${path}`, body);
      expect([status, error.code]).toEqual([403, 'OWN_PAYOUT']);
    }
    const elsewhere = await asked({ country: 'FR' });
    const german = await asStaff('country_admin', { country: 'DE', granted: ['canApproveCashout'] });
    expect((await approve(german, elsewhere.url)).error.code).toBe('PAYOUT_OUT_OF_REACH');
    expect((await payoutOf(own.id)).status).toBe('requested');
    expect((await payoutOf(elsewhere.id)).status).toBe('requested');
  });

  it('is 404 for an unknown payout', async () => {
    const owner = await asStaff('owner');
    const { status, error } = await approve(owner, `${DESK}/${newId()}`);
    expect([status, error.code]).toEqual([404, 'PAYOUT_NOT_FOUND']);
  });
});

describe('the lists', () => {
  it('show waiting payouts with their creators, oldest first', async () => {
    const [first, second, owner] = [await asked(), await asked(), await asStaff('owner')];
    const { data } = await owner.get(`${DESK}/pending?perPage=100`);
    const ids = idsOf({ data });
    expect(ids.indexOf(first.id)).toBeLessThan(ids.indexOf(second.id));
    expect(ids.toSorted()).toEqual(ids);
    const item = data.items[ids.indexOf(first.id)];
    expect(item).toMatchObject({ creator: { id: first.creator.userId }, status: 'requested', accountLast4: '3000' });
    expect(item.bankAccount).toBeUndefined();
    await approve(owner, first.url);
    expect(idsOf(await owner.get(`${DESK}/pending?perPage=100`))).not.toContain(first.id);
    expect(data.pagination.total).toBe(ids.length);
  });

  it('show all payouts of a status by cursor, newest first', async () => {
    const owner = await asStaff('owner');
    const made: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const { id, url } = await asked();
      await owner.put(`${url}/reject`, { reason: 'No.' });
      made.unshift(id);
    }
    const first = await owner.get(`${DESK}?status=rejected&perPage=2`);
    expect(idsOf(first)).toEqual(made.slice(0, 2));
    const second = await owner.get(`${DESK}?status=rejected&perPage=2&cursor=${first.data.pagination.nextCursor}`);
    expect(idsOf(second)[0]).toBe(made[2]);
    expect(idsOf(await owner.get(DESK))[0]).toBe(made[0]);
    expect((await owner.get(`${DESK}?cursor=nonsense`)).error.code).toBe('CURSOR_INVALID');
    expect((await owner.get(`${DESK}?status=gone`)).status).toBe(422);
  });

  it('show a country admin only their own country', async () => {
    const [german, french] = [await asked({ country: 'DE' }), await asked({ country: 'FR' })];
    const admin = await asStaff('country_admin', { country: 'DE', granted: ['canApproveCashout'] });
    for (const path of [`${DESK}/pending?perPage=100`, `${DESK}?perPage=100`]) {
      const ids = idsOf(await admin.get(path));
      expect([ids.includes(german.id), ids.includes(french.id)]).toEqual([true, false]);
    }
    expect(idsOf(await admin.get(`${DESK}?id=${french.id}`))).toEqual([]);
  });

  it('show a full bank account only for an approved payout, and log who saw it', async () => {
    const [{ id, url }, owner] = [await asked(), await asStaff('owner')];
    const open = async () => (await owner.get(`${DESK}?id=${id}`)).data.items[0].bankAccount;
    expect(await open()).toBeUndefined();
    await approve(owner, url);
    expect(await open()).toEqual({ accountHolder: 'Ada Example', iban: IBAN, bankName: 'Example Bank', country: 'DE' });
    expect((await logOf(id)).at(-1)).toMatchObject({ staff_id: owner.userId, action: 'payout.bank-account' });
    expect(JSON.stringify(await logOf(id))).not.toContain(IBAN);
    expect((await owner.get(`${DESK}?status=approved`)).body).not.toMatchObject({
      data: { items: [{ bankAccount: {} }] },
    });
    await owner.put(`${url}/paid`, { reference: 'BANK-1' });
    expect(await open()).toBeUndefined();
  });
});

it('leaves books that agree with every cash-out', async () => {
  expect(await payoutCheck.page(testContext(), null)).toEqual({ findings: [], next: null });
});

/** Receipts of purchases and cash-outs: numbered once and without gaps, for their owner alone, as JSON and as a page. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { once } from '#test/support/money';
import { approve, asPaidCreator } from '#test/support/payouts';
import { aBuyer, aCode, aPackage, aPurchase, buy, eventsOf, tell } from '#test/support/purchases';
import { asCreator, asStaff, asViewer } from '#test/support/users';
import { users } from '@/domains/base/users/tables';

const SELLER = {
  SELLER_NAME: 'Rooftop Ltd',
  SELLER_ADDRESS: '1 Example Street\nDublin',
  SELLER_TAX_NOTE: 'VAT included.',
};

async function aPaidPurchase() {
  const buyer = await aBuyer();
  const purchase = await aPurchase(buyer, { name: 'A bag', coins: 1_000, bonusCoins: 50, priceMinor: 999 });
  await tell(eventsOf(purchase).paid);
  return { buyer, purchase, url: `payment/purchases/${purchase.id}/receipt` };
}

/** Paid by bank: 2,000 diamonds. */
async function aPaidPayout() {
  const { creator, id, owner, url } = await aRequestedPayout();
  const desk = `owner/panel/cashouts/${id}`;
  expect((await approve(owner, desk)).status).toBe(200);
  expect((await owner.put(`${desk}/paid`, { reference: 'B-77' })).status).toBe(200);
  return { creator, id, url };
}

async function aRequestedPayout() {
  const [creator, owner] = await Promise.all([asPaidCreator(5_000), asStaff('owner')]);
  const request = { source: 'diamonds', diamonds: 2_000, method: 'bank' };
  const { data } = await creator.post('payment/payout', request, once());
  const id = data.id as string;
  return { creator, owner, id, url: `payment/payouts/${id}/receipt` };
}

const serialOf = (number: string) => Number(number.split('-')[2]);

describe('the receipt of a purchase', () => {
  it('says who sold what to whom, and for how much', async () => {
    const buyer = await aBuyer();
    const { code } = await aCode({ bonusCoins: 25 });
    const offer = { name: 'A bag', coins: 1_000, bonusCoins: 50, priceMinor: 999 };
    const purchase = await aPurchase(buyer, offer, code);
    await tell(eventsOf(purchase).paid);
    const asked = clientWith(SELLER, buyer.headers);
    const { status, data } = await asked.get(`payment/purchases/${purchase.id}/receipt`);
    expect(status).toBe(200);
    expect(data).toEqual({
      number: expect.stringMatching(/^P-20\d\d-\d{6}$/),
      issuedAt: expect.any(String),
      seller: { name: 'Rooftop Ltd', address: '1 Example Street\nDublin' },
      buyer: { name: buyer.username, username: buyer.username, email: buyer.email },
      purchaseId: purchase.id,
      item: 'A bag',
      coins: 1_000,
      bonusCoins: 75,
      discountCode: code,
      quantity: 1,
      unitPriceMinor: 999,
      totalMinor: 999,
      currency: 'USD',
      taxNote: 'VAT included.',
      provider: 'sandbox',
      paymentId: `pay_${purchase.id}`,
      status: 'paid',
      reversals: [],
      reversedMinor: 0,
      reversedCoins: 0,
    });
  });

  it('keeps its number for ever, and shows what refunds took back since', async () => {
    const { buyer, purchase, url } = await aPaidPurchase();
    const { data: before } = await buyer.get(url);
    await tell(eventsOf(purchase).refunded(333));
    await tell(eventsOf(purchase).paid);
    const { data: after } = await buyer.get(url);
    expect([after.number, after.issuedAt]).toEqual([before.number, before.issuedAt]);
    expect(after).toMatchObject({ status: 'partially_refunded', reversedMinor: 333, reversedCoins: 350 });
    expect(after.reversals).toMatchObject([{ kind: 'refund', amountMinor: 333, state: 'stands' }]);
  });

  it('does not exist before the payment: the refusal says so', async () => {
    const buyer = await aBuyer();
    const { id } = await aPurchase(buyer);
    const { status, error } = await buyer.get(`payment/purchases/${id}/receipt`);
    expect([status, error.code, error.details]).toEqual([409, 'PURCHASE_NOT_PAID', { status: 'pending' }]);
  });

  it('is not there for anyone else, whatever their rank', async () => {
    const { url } = await aPaidPurchase();
    for (const stranger of await Promise.all([asViewer(), asCreator(), asStaff('owner')])) {
      const { status, error } = await stranger.get(url);
      expect([status, error.code]).toEqual([404, 'PURCHASE_NOT_FOUND']);
    }
  });
});

describe('the receipt of a cash-out', () => {
  it('says what was due, by which rate, and what was sent', async () => {
    const { creator, id, url } = await aPaidPayout();
    const { status, data } = await clientWith(SELLER, creator.headers).get(url);
    expect(status).toBe(200);
    expect(data).toMatchObject({
      number: expect.stringMatching(/^C-20\d\d-\d{6}$/),
      payer: { name: 'Rooftop Ltd' },
      payee: { username: creator.username, email: creator.email },
      payoutId: id,
      ...{ source: 'diamonds', diamonds: 2_000, currency: 'USD', method: 'bank', reference: 'B-77', status: 'paid' },
    });
    const { rate, dueMinor, feeMinor, amountMinor } = data;
    expect(dueMinor).toBe(Math.floor((2_000 * rate.numerator) / rate.denominator));
    expect(amountMinor).toBe(dueMinor - feeMinor);
  });

  it('keeps its number when the money comes back, and says so', async () => {
    const { creator, id, url } = await aPaidPayout();
    const { data: before } = await creator.get(url);
    expect([before.status, before.returnedAt, before.setOff]).toEqual(['paid', null, null]);
    const owner = await asStaff('owner');
    expect((await owner.put(`owner/panel/cashouts/${id}/returned`, { reason: 'It bounced' })).status).toBe(200);
    const { data: after } = await creator.get(url);
    expect(after).toEqual({ ...before, status: 'returned', returnedAt: expect.any(String) });
    expect((await creator.get(`${url}?format=html`)).body).toContain('Came back');
  });

  it('says which debt was paid first', async () => {
    const [creator, owner] = await Promise.all([asPaidCreator(5_000), asStaff('owner')]);
    const purchase = await aPurchase(creator, { coins: 90, bonusCoins: 0 });
    await tell(eventsOf(purchase).paid);
    const recipient = await asCreator();
    await creator.post('payment/tip', { recipientId: recipient.userId, coins: 90 }, once());
    await tell(eventsOf(purchase).disputed('lost'));
    const request = { source: 'diamonds', diamonds: 2_000, method: 'bank' };
    const { data } = await creator.post('payment/payout', request, once());
    const desk = `owner/panel/cashouts/${data.id}`;
    await approve(owner, desk);
    await owner.put(`${desk}/paid`, { reference: 'B-1' });
    const { data: receipt } = await creator.get(`payment/payouts/${data.id}/receipt`);
    expect(receipt.setOff).toEqual(data.setOff);
    expect(receipt.setOff.coins).toBeGreaterThanOrEqual(90);
  });

  it('does not exist before it is paid, nor for anyone else', async () => {
    const { creator, url } = await aRequestedPayout();
    const early = await creator.get(url);
    expect([early.status, early.error.code]).toEqual([409, 'PAYOUT_NOT_PAID']);
    const { url: others } = await aPaidPayout();
    const stranger = await creator.get(others);
    expect([stranger.status, stranger.error.code]).toEqual([404, 'PAYOUT_NOT_FOUND']);
  });
});

describe('numbers', () => {
  it('have no gap, however many purchases are paid at once and however often each is reported', async () => {
    const buyer = await aBuyer();
    const purchases = await Promise.all(Array.from({ length: 6 }, () => aPurchase(buyer)));
    const paid = purchases.map((purchase) => eventsOf(purchase).paid);
    await Promise.all([...paid, ...paid].map((event) => tell(event)));
    const answers = await Promise.all(purchases.map(({ id }) => buyer.get(`payment/purchases/${id}/receipt`)));
    const serials = answers.map(({ data }) => serialOf(data.number)).toSorted((a, b) => a - b);
    expect(serials).toEqual(serials.map((_, index) => (serials[0] ?? 0) + index));
    const { results } = await env.DB.prepare(
      'SELECT kind, year FROM receipts GROUP BY kind, year HAVING max(number) <> count(*) OR min(number) <> 1',
    ).all();
    expect(results).toEqual([]);
  });

  it('are not used up by a payment that is not booked', async () => {
    const { buyer, url } = await aPaidPurchase();
    const before = serialOf((await buyer.get(url)).data.number);
    const unpaid = await aPurchase(buyer);
    await expect(tell({ ...eventsOf(unpaid).paid, amountMinor: 1 })).rejects.toThrow();
    const next = await aPaidPurchase();
    expect(serialOf((await next.buyer.get(next.url)).data.number)).toBe(before + 1);
  });

  it('begin again with each year (UTC)', async () => {
    const buyer = await aBuyer();
    const purchase = await aPurchase(buyer);
    const newYear = Date.parse('2031-01-01T00:00:00.000Z');
    await tell(eventsOf(purchase).paid, { ...testContext(), now: () => newYear });
    const { data } = await buyer.get(`payment/purchases/${purchase.id}/receipt`);
    expect(data.number).toBe('P-2031-000001');
    const last = await aPurchase(buyer);
    await tell(eventsOf(last).paid, { ...testContext(), now: () => newYear - 1 });
    expect((await buyer.get(`payment/purchases/${last.id}/receipt`)).data.number).toBe('P-2030-000001');
  });

  it.each(['UPDATE receipts SET number = number + 1000', 'DELETE FROM receipts'])(
    'cannot be changed or taken back: %s',
    async (statement) => {
      await aPaidPurchase();
      await expect(env.DB.prepare(statement).run()).rejects.toThrow('RECEIPT_IS_FINAL');
    },
  );
});

describe('the page to print', () => {
  it.each([
    ['?format=html', {}],
    ['', { accept: 'text/html,application/xhtml+xml' }],
  ])('is sent for %s %o, and loads and runs nothing', async (query, headers) => {
    const { buyer, url } = await aPaidPurchase();
    const { data } = await buyer.get(url);
    const page = await buyer.get(`${url}${query}`, { headers });
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page.headers.get('cache-control')).toBe('private, no-store');
    expect(page.body).toContain(`<h1>Receipt ${data.number}</h1>`);
    expect(page.body).toContain('9.99 USD');
  });

  it('is JSON for clients that ask for it, whatever else they accept', async () => {
    const { buyer, url } = await aPaidPurchase();
    const { body } = await buyer.get(`${url}?format=json`, { headers: { accept: 'text/html' } });
    expect(body.success).toBe(true);
    expect((await buyer.get(`${url}?format=pdf`)).status).toBe(422);
  });

  it('escapes what people typed', async () => {
    const buyer = await aBuyer();
    const { id: packageId } = await aPackage({ name: '<script>alert(1)</script>' });
    const { data } = await buy(buyer, { packageId });
    const ctx = testContext();
    await ctx.db.update(users).set({ displayName: '"><img src=x>' }).where(eq(users.id, buyer.userId));
    const url = `payment/purchases/${data.id}/receipt`;
    const payment = { purchaseId: data.id, paymentId: 'pay_<b>', checkoutId: null } as const;
    await tell({ type: 'paid', amountMinor: data.amountMinor, currency: data.currency, ...payment });
    const { body } = await buyer.get(`${url}?format=html`);
    expect(body).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(body).not.toMatch(/<script|<img|<b>/);
  });

  it('shows a cash-out too', async () => {
    const { creator, url } = await aPaidPayout();
    const { body } = await creator.get(`${url}?format=html`);
    expect(body).toContain('<th scope="row">Diamonds</th><td>2000</td>');
    expect(body).toContain('bank, B-77');
  });
});

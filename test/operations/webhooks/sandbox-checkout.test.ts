/** The sandbox's checkout page: its buttons go the way of a real provider's events, and it is there in development alone. */
import { eq, sql } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { coinsOf, purchaseOf } from '#test/support/money';
import { PRODUCTION } from '#test/support/production';
import { aCode, aPurchase, eventsOf, tell } from '#test/support/purchases';
import { consumed } from '#test/support/queues';
import { asViewer } from '#test/support/users';
import type { WebhookMessage } from '@/contracts/messages';
import { purchases } from '@/domains/money/purchases/tables';
import { webhookEvents } from '@/domains/operations/webhooks/tables';
import { consumeWebhooks } from '@/queues/webhooks';
import { newId } from '@/shared/ids';

const pathOf = (id: string) => `http://localhost:8787/dev/checkout/${id}`;
const JSON_PLEASE = { accept: 'application/json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const press = (id: string, decision: string) => client().post(pathOf(id), `decision=${decision}`, { headers: FORM });

const deliver = (purchaseId: string) => deliverThose('purchaseId', purchaseId);
const deliverDisputes = (purchaseId: string) => deliverThose('paymentId', `sandbox_pi_${purchaseId}`);

/** The queue's work, now. */
async function deliverThose(name: 'purchaseId' | 'paymentId', value: string) {
  const ctx = testContext();
  const stored = await ctx.db
    .select({ id: webhookEvents.id, provider: webhookEvents.provider, state: webhookEvents.state })
    .from(webhookEvents)
    .where(sql`${webhookEvents.payload} ->> ${name} = ${value}`);
  const messages = stored.map(({ id }) => ({ body: { webhookEventId: id } }));
  await consumed<WebhookMessage>((batch) => consumeWebhooks(ctx, batch), 'footlight-webhooks', messages);
  return stored;
}

/** The first event loads Stripe's library. */
const TIMEOUT_MS = 20_000;

describe('the sandbox checkout', { timeout: TIMEOUT_MS }, () => {
  it('shows what is bought, escaped, and runs no script', async () => {
    const buyer = await asViewer();
    const { code } = await aCode();
    const { id } = await aPurchase(buyer, { name: '<script>alert(1)</script>', priceMinor: 1_234 }, code);
    const { status, headers, body } = await client().get(pathOf(id));
    expect(status).toBe(200);
    for (const text of ['&lt;script&gt;', '1000 coins', '150 bonus coins', code, '$12.34', 'Pay', 'Decline'])
      expect(body).toContain(text);
    expect(body).not.toContain('<script>');
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'.*form-action 'self' http:\/\/localhost:5173/,
    );
  });

  it('credits by the webhook what is paid, and sends the buyer on', async () => {
    const buyer = await asViewer();
    const { id, successUrl } = await aPurchase(buyer);
    const { status, headers } = await press(id, 'pay');
    expect([status, headers.get('location')]).toEqual([303, successUrl]);
    expect(await deliver(id)).toMatchObject([{ provider: 'sandbox' }]);
    expect(await purchaseOf(id)).toMatchObject({ status: 'paid' });
    expect(await coinsOf(buyer.userId)).toBe(1_050);
  });

  it('credits once what is paid twice', async () => {
    const buyer = await asViewer();
    const { id } = await aPurchase(buyer);
    await Promise.all([press(id, 'pay'), press(id, 'pay')]);
    expect(await deliver(id)).toHaveLength(2);
    expect(await coinsOf(buyer.userId)).toBe(1_050);
  });

  it('credits nothing that is declined, and may be tried again', async () => {
    const buyer = await asViewer();
    const { id, cancelUrl } = await aPurchase(buyer);
    expect((await press(id, 'decline')).headers.get('location')).toBe(cancelUrl);
    await deliver(id);
    expect(await purchaseOf(id)).toMatchObject({ status: 'failed' });
    await press(id, 'pay');
    await deliver(id);
    expect(await purchaseOf(id)).toMatchObject({ status: 'paid' });
    expect(await coinsOf(buyer.userId)).toBe(1_050);
  });

  it('lets a slow payment arrive or fail after its checkout', async () => {
    for (const [decision, status, coins] of [
      ['pay', 'paid', 1_050],
      ['decline', 'failed', 0],
    ] as const) {
      const buyer = await asViewer();
      const { id, successUrl } = await aPurchase(buyer);
      expect((await press(id, 'pay-later')).headers.get('location')).toBe(successUrl);
      await deliver(id);
      expect(await purchaseOf(id)).toMatchObject({ status: 'processing' });
      const { body } = await client().get(pathOf(id));
      expect(body).not.toContain('slow transfer');
      await press(id, decision);
      await deliver(id);
      expect(await purchaseOf(id)).toMatchObject({ status });
      expect(await coinsOf(buyer.userId)).toBe(coins);
    }
  });

  it('responds with JSON to clients that accept it', async () => {
    const { id, successUrl } = await aPurchase(await asViewer());
    const shown = await client().get(pathOf(id), { headers: JSON_PLEASE });
    expect(shown.data).toMatchObject({ id, coins: 1_000, status: 'pending' });
    const paid = await client().post(pathOf(id), { decision: 'pay' }, { headers: JSON_PLEASE });
    expect([paid.status, paid.data]).toEqual([200, { outcome: 'paid', redirectUrl: successUrl }]);
    const wrong = await client().post(pathOf(id), { decision: 'steal' }, { headers: JSON_PLEASE });
    expect([wrong.status, wrong.error.code]).toEqual([422, 'VALIDATION_FAILED']);
  });

  it('takes coins back by the webhook when a dispute is lost, and gives them back when it is won', async () => {
    const buyer = await asViewer();
    const { id, amountMinor, cancelUrl } = await aPurchase(buyer);
    expect((await press(id, 'dispute')).body).toContain('has not been paid');
    await press(id, 'pay');
    await deliver(id);
    expect((await client().get(pathOf(id))).body).toContain('Lose the dispute');
    const pressed = await press(id, 'dispute');
    expect([pressed.status, pressed.headers.get('location')]).toEqual([303, cancelUrl]);
    await deliverDisputes(id);
    expect(await purchaseOf(id)).toMatchObject({ status: 'disputed', reversedMinor: amountMinor });
    expect(await coinsOf(buyer.userId)).toBe(0);
    await press(id, 'win-dispute');
    await deliverDisputes(id);
    expect(await purchaseOf(id)).toMatchObject({ status: 'paid', reversedMinor: 0 });
    expect(await coinsOf(buyer.userId)).toBe(1_050);
  });

  it('says so where the purchase is paid or over', async () => {
    const buyer = await asViewer();
    const [paid, over] = [await aPurchase(buyer), await aPurchase(buyer)];
    await tell(eventsOf(paid).paid);
    await testContext().db.update(purchases).set({ expiresAt: 1 }).where(eq(purchases.id, over.id));
    for (const [id, sentence] of [
      [paid.id, 'already been paid'],
      [over.id, 'expired'],
    ] as const) {
      expect((await client().get(pathOf(id))).body).toContain(sentence);
      const pressed = await press(id, 'pay');
      expect([pressed.status, pressed.body]).toEqual([409, expect.stringContaining(sentence)]);
      const asked = await client().post(pathOf(id), { decision: 'pay' }, { headers: JSON_PLEASE });
      expect([asked.status, asked.error.code]).toEqual([409, 'CHECKOUT_OVER']);
    }
    expect(await coinsOf(buyer.userId)).toBe(1_050);
  });

  it('is 404 for a purchase that is not there, and everywhere but in development', async () => {
    expect((await client().get(pathOf(newId()))).status).toBe(404);
    const { id } = await aPurchase(await asViewer());
    const production = clientWith({ ...PRODUCTION, VAPID_SUBJECT: 'mailto:push@footlight.live' });
    expect((await production.get(pathOf(id))).error.code).toBe('NOT_FOUND');
    expect((await production.post(pathOf(id), { decision: 'pay' })).error.code).toBe('NOT_FOUND');
  });
});

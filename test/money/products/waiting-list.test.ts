/** People wait for pieces of a product that is out of stock. */
import { sql } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { notificationsOf } from '#test/support/payouts';
import { plansOf } from '#test/support/plans';
import { sweepOut } from '#test/support/queues';
import { anOrderOf, aProduct, asSeller, productOf } from '#test/support/shop';
import { actorOf, asViewer, type Person } from '#test/support/users';
import { WAITS_MAX, waitForProduct } from '@/domains/money/products/wait';
import { endOffers, tellOffered } from '@/domains/money/products/waiting-list';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';

const wait = (person: Person, id: string, body: Record<string, unknown> = {}) =>
  person.post(`products/${id}/wait`, body);
const soldOut = async (changes: Parameters<typeof aProduct>[1] = {}) => {
  const seller = await asSeller();
  return { seller, id: await aProduct(seller.userId, changes, [{ stock: 0 }]) };
};

describe('a waiting list', () => {
  it('answers each their place, and the same when asked again', async () => {
    const { id } = await soldOut();
    const [one, other] = [await asViewer(), await asViewer()];
    const first = await wait(one, id);
    expect([first.status, first.data.position]).toEqual([201, 1]);
    expect((await wait(other, id)).data.position).toBe(2);
    expect((await wait(one, id)).data).toEqual(first.data);
    expect((await client().post(`products/${id}/wait`, {})).status).toBe(401);
  });

  it('looks for the seller’s live stream alone, however many streams are live', async () => {
    const { id } = await soldOut();
    const reader = actorOf(await asViewer());
    const plans = (await plansOf((ctx) => waitForProduct(ctx, reader, id, undefined))).join('\n');
    expect(plans).toContain('streams_open_of_creator (creator_id=? AND status=?)');
    expect(plans).not.toContain('streams_by_status');
  });

  it('offers added pieces in turn, for two minutes each, before anyone else can buy them', async () => {
    const { seller, id } = await soldOut();
    const [one, other] = [await asViewer(), await asViewer()];
    const variantId = (await wait(one, id)).data.variantId;
    await wait(other, id);
    await seller.put(`products/${id}`, { stock: 1 });
    expect((await productOf(id))?.variants).toMatchObject([{ stock: 0, offered: 1 }]);
    expect((await wait(one, id)).data).toMatchObject({ position: 0, offeredUntil: expect.any(String) });
    expect((await wait(other, id)).data.position).toBe(1);
    await tellOffered(testContext(), { type: 'tell-offered', variantId });
    await vi.waitFor(async () => expect(await notificationsOf(one.userId)).toMatchObject([{ kind: 'stock-offered' }]));
    const later = { ...testContext(), now: () => Date.now() + 3 * MINUTE_MS };
    await sweepOut(endOffers, later);
    expect((await wait(other, id)).data.position).toBe(0);
    // The piece that is offered is one of the two, however often the seller says so.
    for (const _ of [1, 2]) await seller.put(`products/${id}`, { stock: 2 });
    expect((await productOf(id))?.variants).toMatchObject([{ stock: 1, offered: 1 }]);
  });

  it('tells everyone of their offer, also if hundreds have one at once', async () => {
    const { seller, id } = await soldOut();
    const ctx = testContext();
    const variantId = (await productOf(id))?.variants[0]?.id ?? '';
    const waiting = Array.from({ length: 201 }, () => newId());
    await ctx.db.run(sql`INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at)
      SELECT value, value, value, value, value, 0, 0 FROM json_each(${JSON.stringify(waiting)})`);
    await ctx.db.run(sql`INSERT INTO product_waits (variant_id, user_id, id, created_at)
      SELECT ${variantId}, value, value, 0 FROM json_each(${JSON.stringify(waiting)})`);
    await seller.put(`products/${id}`, { stock: 250 });
    await tellOffered(ctx, { type: 'tell-offered', variantId });
    const told = await ctx.db.get(sql`SELECT count(*) AS offers, sum(notified) AS told FROM product_waits
      WHERE variant_id = ${variantId} AND offered_until IS NOT NULL`);
    expect(told).toEqual({ offers: 201, told: 201 });
  });

  it('gives the piece of someone who leaves to the next', async () => {
    const { seller, id } = await soldOut();
    const [one, other] = [await asViewer(), await asViewer()];
    await wait(one, id);
    await wait(other, id);
    await seller.put(`products/${id}`, { stock: 1 });
    expect((await one.delete(`products/${id}/wait`)).status).toBe(200);
    expect((await wait(other, id)).data.position).toBe(0);
    expect((await other.delete(`products/${id}/wait`)).status).toBe(200);
    expect((await other.delete(`products/${id}/wait`)).status).toBe(200);
    expect((await productOf(id))?.variants).toMatchObject([{ stock: 1, offered: 0 }]);
  });

  it('keeps its pieces while the product is not on sale, and ends with it', async () => {
    const { seller, id } = await soldOut();
    const one = await asViewer();
    await wait(one, id);
    await seller.put(`products/${id}`, { status: 'draft' });
    await seller.put(`products/${id}`, { stock: 1 });
    expect((await productOf(id))?.variants).toMatchObject([{ stock: 1, offered: 0 }]);
    await seller.put(`products/${id}`, { status: 'active' });
    expect((await wait(one, id)).data.position).toBe(0);
    await seller.put(`products/${id}`, { status: 'archived' });
    expect((await productOf(id))?.variants).toMatchObject([{ stock: 1, offered: 0 }]);
  });

  it('is refused with the reason', async () => {
    const { seller, id } = await soldOut({ perBuyerMax: 1 });
    const viewer = await asViewer();
    const refusal = async (person: Person, product: string, body = {}) => {
      const { status, error } = await wait(person, product, body);
      return [status, error?.code];
    };
    expect(await refusal(seller, id)).toEqual([409, 'OWN_PRODUCT_WAIT']);
    expect(await refusal(viewer, await aProduct(seller.userId))).toEqual([409, 'PRODUCT_IN_STOCK']);
    const unlimited = await aProduct(seller.userId, {}, [{ stock: null }]);
    expect(await refusal(viewer, unlimited)).toEqual([409, 'PRODUCT_IN_STOCK']);
    const drop = await aProduct(seller.userId, { availableAt: Date.now() + MINUTE_MS }, [{ stock: 0 }]);
    expect(await refusal(viewer, drop)).toEqual([409, 'PRODUCT_NOT_WAITABLE']);
    expect(await refusal(viewer, await aProduct(seller.userId, { status: 'draft' }))).toEqual([
      404,
      'PRODUCT_NOT_FOUND',
    ]);
    const sizes = ['M', 'L'].map((size) => ({ options: { size }, stock: 0 }));
    const sized = await aProduct(seller.userId, {}, sizes);
    expect(await refusal(viewer, sized)).toEqual([422, 'VALIDATION_FAILED']);
    expect(await refusal(viewer, sized, { variantId: 'x' })).toEqual([404, 'VARIANT_NOT_FOUND']);
    await anOrderOf(id, { buyerId: viewer.userId });
    expect(await refusal(viewer, id)).toEqual([409, 'PER_BUYER_MAX']);
  });

  it('has at most twenty places for one person, however many are asked for at once', async () => {
    const [seller, viewer] = [await asSeller(), await asViewer()];
    const ids = [];
    for (let n = 0; n < WAITS_MAX + 2; n += 1) ids.push(await aProduct(seller.userId, {}, [{ stock: 0 }]));
    const answers = await Promise.all(ids.map((id) => wait(viewer, id)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(WAITS_MAX);
    for (const { status, error } of answers) if (status !== 201) expect(error.code).toBe('TOO_MANY_WAITS');
  });
});

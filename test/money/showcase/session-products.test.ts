/** The products of a stream: whose they are, their order and live prices, and who sees them. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { plansOf } from '#test/support/plans';
import { stubOf } from '#test/support/rooms';
import { aProductOf, aShopShow, changeProductRow, placeOf, takeIn } from '#test/support/session-products';
import { aStream } from '#test/support/streams';
import { actorOf, asCreator, asStaff, asViewer } from '#test/support/users';
import { economyVersions } from '@/domains/base/economy/tables';
import { productVariants } from '@/domains/money/products/tables';
import { listSessionProducts, readSession } from '@/domains/money/showcase/read';
import { blockUser } from '@/domains/people/social/block';
import { newId } from '@/shared/ids';

const guest = client();
// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came back
const idsOf = (items: any[]) => items.map(({ product }) => product.id);

describe('adding products to a session', () => {
  it('keeps their order, and everyone sees them with the session', async () => {
    const { creator, streamId, product } = await aShopShow();
    const [last, first] = [await aProductOf(creator.userId), await aProductOf(creator.userId)];
    await creator.put(`sessions/${streamId}/products/${product.id}`, { position: 1 });
    const added = [
      { productId: last.id, livePriceMinor: 900 },
      { productId: first.id, position: 0 },
    ];
    const { status, data } = await creator.post(`sessions/${streamId}/products`, { products: added });
    expect([status, idsOf(data.items)]).toEqual([201, [first.id, product.id, last.id]]);
    const session = (await guest.get(`sessions/${streamId}`)).data;
    expect(session.id).toBe(streamId);
    expect(session.showcase).toBeNull();
    expect(session.products).toHaveLength(3);
    expect(session.products[2]).toEqual({
      product: expect.objectContaining({ id: last.id, title: 'A shirt', priceMinor: 1_000, stock: 10 }),
      ...{ position: 2, livePriceMinor: 900, sold: 0 },
    });
    const list = (await guest.get(`sessions/${streamId}/products?perPage=2&page=2`)).data;
    expect(idsOf(list.items)).toEqual([last.id]);
    expect(list.pagination).toEqual({ page: 2, perPage: 2, total: 3, totalPages: 2 });
  });

  it('is idempotent, and changes only what is sent of a product that is there', async () => {
    const { creator, streamId, product } = await aShopShow();
    await takeIn(creator, streamId, product.id, { livePriceMinor: 800, position: 4 });
    const again = await takeIn(creator, streamId, product.id);
    expect(again.status).toBe(201);
    expect(again.data.items).toMatchObject([{ position: 4, livePriceMinor: 800 }]);
  });

  it('takes drafts, which only the creator and staff see', async () => {
    const { creator, streamId, product } = await aShopShow();
    const draft = await aProductOf(creator.userId, { status: 'draft' });
    expect((await takeIn(creator, streamId, draft.id)).status).toBe(201);
    for (const who of [creator, await asStaff('support')])
      expect(idsOf((await who.get(`sessions/${streamId}`)).data.products)).toEqual([product.id, draft.id]);
    for (const who of [guest, await asViewer()])
      expect(idsOf((await who.get(`sessions/${streamId}/products`)).data.items)).toEqual([product.id]);
  });

  it('refuses products of others, unknown and archived ones, and those of another session', async () => {
    const { creator, streamId, product } = await aShopShow();
    const other = await asCreator();
    const codeOf = async (productId: string) => (await takeIn(creator, streamId, productId)).error?.code;
    expect(await codeOf((await aProductOf(other.userId)).id)).toBe('NOT_YOUR_PRODUCT');
    expect(await codeOf((await aProductOf(other.userId, { status: 'draft' })).id)).toBe('PRODUCT_NOT_FOUND');
    expect(await codeOf(newId())).toBe('PRODUCT_NOT_FOUND');
    expect(await codeOf((await aProductOf(creator.userId, { status: 'archived' })).id)).toBe('PRODUCT_ARCHIVED');
    expect((await takeIn(other, streamId, product.id)).error.code).toBe('NOT_YOUR_STREAM');
    expect((await takeIn(await asViewer(), streamId, product.id)).status).toBe(403);
    expect((await guest.post(`sessions/${streamId}/products`, { products: [] })).status).toBe(401);
  });

  it('refuses a session that is over, with the reason', async () => {
    const creator = await asCreator();
    const product = await aProductOf(creator.userId);
    for (const [status, code] of [
      ['ended', 'STREAM_ENDED'],
      ['cancelled', 'STREAM_CANCELLED'],
    ] as const) {
      const streamId = await aStream(creator, { status });
      expect(await takeIn(creator, streamId, product.id)).toMatchObject({ status: 409, error: { code } });
    }
    const scheduled = await aStream(creator, { status: 'scheduled' });
    expect((await takeIn(creator, scheduled, product.id)).status).toBe(201);
  });

  it('refuses input that is none', async () => {
    const { creator, streamId, product } = await aShopShow();
    const statusOf = async (products: unknown) =>
      (await creator.post(`sessions/${streamId}/products`, { products })).status;
    for (const products of [
      [],
      [{ productId: product.id }, { productId: product.id }],
      [{ productId: product.id, position: -1 }],
      [{ productId: product.id, livePriceMinor: 0 }],
      [{ productId: product.id, price: 1 }],
      Array.from({ length: 101 }, () => ({ productId: newId() })),
    ])
      expect(await statusOf(products)).toBe(422);
  });

  it('stops at a hundred, however many requests come at once', async () => {
    const { creator, streamId } = await aShopShow();
    const many = await Promise.all(Array.from({ length: 102 }, () => aProductOf(creator.userId)));
    const bodyOf = (from: number, to: number) => ({
      products: many.slice(from, to).map(({ id: productId }) => ({ productId })),
    });
    await creator.post(`sessions/${streamId}/products`, bodyOf(0, 97));
    const answers = await Promise.all(
      [97, 98, 99, 100].map((from) => creator.post(`sessions/${streamId}/products`, bodyOf(from, from + 1))),
    );
    expect(answers.map(({ status }) => status).toSorted()).toEqual([201, 201, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.error.code).toBe('SESSION_PRODUCTS_MAX');
    expect((await guest.get(`sessions/${streamId}/products`)).data.pagination.total).toBe(100);
  });
});

describe('a live price', () => {
  it('is below every other price of the product', async () => {
    const { creator, streamId } = await aShopShow();
    const variants = [{ options: { size: 'S' }, priceMinor: 700 }, { options: { size: 'M' } }];
    const { id } = await aProductOf(creator.userId, { variants });
    const detailsOf = async (livePriceMinor: number) =>
      (await takeIn(creator, streamId, id, { livePriceMinor })).error?.details;
    for (const price of [700, 1_000, 2_000])
      expect(await detailsOf(price)).toEqual([
        { path: 'products.0.livePriceMinor', message: expect.stringMatching(/^must be below .*7\.00/) },
      ]);
    expect(await detailsOf(699)).toBeUndefined();
    const put = await creator.put(`sessions/${streamId}/products/${id}`, { livePriceMinor: 701 });
    expect([put.status, put.error.details]).toEqual([
      422,
      [{ path: 'livePriceMinor', message: expect.stringContaining('must be below') }],
    ]);
  });

  it('ends when the product gets a price that is not above it', async () => {
    const { creator, streamId, product } = await aShopShow();
    await takeIn(creator, streamId, product.id, { livePriceMinor: 800 });
    await changeProductRow(product.id, { priceMinor: 801 });
    expect((await placeOf(streamId, product.id))?.livePriceMinor).toBe(800);
    const ctx = testContext();
    const variant = { id: newId(), productId: product.id, position: 1, options: { size: 'S' }, priceMinor: 800 };
    await ctx.db.insert(productVariants).values(variant);
    expect((await placeOf(streamId, product.id))?.livePriceMinor).toBeNull();
    await creator.put(`sessions/${streamId}/products/${product.id}`, { livePriceMinor: 500 });
    await changeProductRow(product.id, { priceMinor: 500 });
    expect((await placeOf(streamId, product.id))?.livePriceMinor).toBeNull();
  });

  it('is within the limits of the economy', async () => {
    const { creator, streamId, product } = await aShopShow();
    const ctx = testContext();
    const [newest] = (await ctx.db.select().from(economyVersions)).toSorted((a, b) => b.version - a.version);
    if (!newest) throw new Error('There is no economy');
    const currencies = [{ currency: 'EUR', priceMinorMin: 600, priceMinorMax: 10_000, feeMinor: 0 }];
    const { limits } = newest.config;
    const config = { ...newest.config, limits: { ...limits, shop: { ...limits.shop, currencies } } };
    const version = newest.version + 1;
    await ctx.db.insert(economyVersions).values({ ...newest, version, config });
    const statusOf = async (livePriceMinor: number) =>
      (await takeIn(creator, streamId, product.id, { livePriceMinor })).status;
    expect([await statusOf(599), await statusOf(600)]).toEqual([422, 201]);
    await ctx.db.insert(economyVersions).values({ ...newest, version: version + 1 });
  });

  it('ends with the stream', async () => {
    const { creator, streamId, product } = await aShopShow();
    await takeIn(creator, streamId, product.id, { livePriceMinor: 800 });
    await creator.post(`sessions/${streamId}/end`);
    const [item] = (await guest.get(`sessions/${streamId}/products`)).data.items;
    expect(item.product.id).toBe(product.id);
    expect(item).not.toHaveProperty('livePriceMinor');
  });

  it('and the position are changed one by one, and null takes the price away', async () => {
    const { creator, streamId, product } = await aShopShow();
    const put = async (body: object) => (await creator.put(`sessions/${streamId}/products/${product.id}`, body)).data;
    expect(await put({ livePriceMinor: 800 })).toMatchObject({ position: 0, livePriceMinor: 800 });
    expect(await put({ position: 7 })).toMatchObject({ position: 7, livePriceMinor: 800 });
    expect(await put({ livePriceMinor: null })).not.toHaveProperty('livePriceMinor');
    expect(await put({})).toMatchObject({ position: 7 });
    const missing = await creator.put(`sessions/${streamId}/products/${newId()}`, { position: 1 });
    expect(missing).toMatchObject({ status: 404, error: { code: 'PRODUCT_NOT_IN_SESSION' } });
    const stranger = await (await asCreator()).put(`sessions/${streamId}/products/${product.id}`, { position: 1 });
    expect(stranger.error.code).toBe('NOT_YOUR_STREAM');
  });
});

describe('a product that leaves', () => {
  it('by its creator is gone from the session', async () => {
    const { creator, streamId, product } = await aShopShow();
    const path = `sessions/${streamId}/products/${product.id}`;
    expect((await (await asCreator()).delete(path)).error.code).toBe('NOT_YOUR_STREAM');
    expect((await creator.delete(path)).status).toBe(200);
    expect((await creator.delete(path)).error.code).toBe('PRODUCT_NOT_IN_SESSION');
    expect((await guest.get(`sessions/${streamId}`)).data.products).toEqual([]);
  });

  it('by being archived stays in a session that is over, and is gone from one that is not', async () => {
    const { creator, streamId, product } = await aShopShow();
    await changeProductRow(product.id, { status: 'archived' });
    expect((await guest.get(`sessions/${streamId}`)).data.products).toEqual([]);
    await creator.post(`sessions/${streamId}/end`);
    expect(idsOf((await guest.get(`sessions/${streamId}`)).data.products)).toEqual([product.id]);
    await changeProductRow(product.id, { hiddenAt: 1 });
    expect((await guest.get(`sessions/${streamId}`)).data.products).toEqual([]);
  });

  it('by a block is shown to nobody whom the block separates', async () => {
    const { creator, streamId } = await aShopShow();
    const viewer = await asViewer();
    await blockUser(testContext(), creator.userId, viewer.userId);
    expect((await viewer.get(`sessions/${streamId}`)).error.code).toBe('STREAM_NOT_FOUND');
    expect((await viewer.get(`sessions/${streamId}/products`)).error.code).toBe('STREAM_NOT_FOUND');
  });
});

describe('reading', () => {
  it('a session and its products goes by indexes, whoever asks', async () => {
    const [creator, staff] = [await asCreator(), await asStaff('support')];
    const query = { page: 1, perPage: 20 };
    const readers = [undefined, actorOf(creator), { ...actorOf(staff), regions: ['DE'] }];
    const plans = await plansOf(async (ctx) => {
      for (const reader of readers) {
        await readSession(ctx, reader, newId()).catch(() => undefined);
        await listSessionProducts(ctx, reader, newId(), query).catch(() => undefined);
      }
    });
    expect(plans.length).toBeGreaterThan(10);
    expect(plans.filter((plan) => /SCAN (?!CONSTANT|\(subquery)|TEMP B-TREE/.test(plan))).toEqual([]);
  });
});

describe('clicks', () => {
  it('are shown to the creator and staff, while the session is live and after it', async () => {
    const { creator, streamId, product } = await aShopShow();
    const click = (who: Pick<typeof guest, 'post'>) =>
      who.post(`products/${product.id}/click`, { sessionId: streamId });
    const viewer = await asViewer();
    for (const who of [viewer, viewer, client(), client(), creator]) expect((await click(who)).status).toBe(200);
    const clicksFor = async (who: Pick<typeof guest, 'get'>) =>
      (await who.get(`sessions/${streamId}/products`)).data.items[0].clicks;
    const staff = await asStaff('support');
    expect([await clicksFor(creator), await clicksFor(staff), await clicksFor(guest), await clicksFor(viewer)]).toEqual(
      [3, 3, undefined, undefined],
    );
    await creator.post(`sessions/${streamId}/end`);
    await runDurableObjectAlarm(stubOf(streamId));
    expect([await clicksFor(creator), await clicksFor(guest)]).toEqual([3, undefined]);
    expect((await click(viewer)).error.code).toBe('STREAM_ENDED');
  });

  it('of guests without a token count by their address, and with one as the same guest', async () => {
    const { streamId, product } = await aShopShow();
    const { data } = await guest.post(`stream/${streamId}/join`);
    const known = clientWith({}, { 'x-guest-token': data.guestToken });
    const click = (who: Pick<typeof guest, 'post'>) =>
      who.post(`products/${product.id}/click`, { sessionId: streamId });
    const address = client();
    for (const who of [known, known, address, address, client()]) expect((await click(who)).status).toBe(200);
    expect(await testContext().rooms(streamId).productClicks()).toEqual([
      { productId: product.id, clicks: 3, clickers: 3 },
    ]);
  });

  it('on what the session does not have are refused', async () => {
    const { creator, streamId } = await aShopShow();
    const other = await aProductOf(creator.userId);
    const click = (productId: string, body: object) => guest.post(`products/${productId}/click`, body);
    expect((await click(other.id, { sessionId: streamId })).error.code).toBe('PRODUCT_NOT_FOUND');
    expect((await click(other.id, { sessionId: newId() })).error.code).toBe('STREAM_NOT_FOUND');
    expect((await click(other.id, {})).status).toBe(422);
  });
});

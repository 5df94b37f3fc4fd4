/** What a live stream shows: in its room at once, and for those who come later. */
import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { recordingContext } from '#test/support/outbox';
import { plansOf } from '#test/support/plans';
import { type Client, eventually, joinRoom, stubOf } from '#test/support/rooms';
import { aProductOf, aShopShow, changeProductRow, moved, placeOf, takeIn } from '#test/support/session-products';
import { anOpenStream, aStream } from '#test/support/streams';
import { actorOf, asCreator, asViewer } from '#test/support/users';
import { holdStock, sellHeld } from '@/domains/money/products/stock';
import { showProduct } from '@/domains/money/showcase/showcase';
import { tellStock } from '@/domains/money/showcase/tell-stock';
import { deliverOutbox } from '@/queues/outbox';
import { newId } from '@/shared/ids';

const guest = client();
const shownIn = async (streamId: string) => (await (await joinRoom(streamId)).welcome()).showcase;
const shownOverHttp = async (streamId: string) => (await guest.get(`sessions/${streamId}`)).data.showcase;
const shownTo = (viewer: Client) =>
  viewer
    .events()
    .filter(({ type }) => type === 'product-showcased' || type === 'showcase-cleared')
    .map(({ showcase }) => showcase?.product.id ?? null);

describe('a product in the showcase', () => {
  it('reaches every viewer at once, and those who come later in the welcome', async () => {
    const { creator, streamId, product } = await aShopShow();
    await takeIn(creator, streamId, product.id, { livePriceMinor: 900 });
    const early = await joinRoom(streamId);
    expect((await early.welcome()).showcase).toBeNull();
    const { status, data } = await creator.put(`sessions/${streamId}/showcase`, { productId: product.id });
    expect([status, data]).toEqual([
      200,
      {
        product: expect.objectContaining({ id: product.id, priceMinor: 1_000, status: 'active', variants: [] }),
        ...{ livePriceMinor: 900, stock: 10, held: 0, sold: 0, since: expect.any(String) },
      },
    ]);
    const event = await early.next('product-showcased');
    expect(event).toEqual({ type: 'product-showcased', streamId, showcase: data, seq: expect.any(Number) });
    expect(await shownIn(streamId)).toEqual({ ...data, seq: event.seq });
    expect(await shownOverHttp(streamId)).toEqual(data);
  });

  it('is replaced by another, cleared by its creator, and told to nobody twice', async () => {
    const { creator, streamId, product } = await aShopShow();
    const other = await aProductOf(creator.userId);
    await takeIn(creator, streamId, other.id);
    const viewer = await joinRoom(streamId);
    const path = `sessions/${streamId}/showcase`;
    const first = await creator.put(path, { productId: product.id });
    expect((await creator.put(path, { productId: product.id })).data).toEqual(first.data);
    await creator.put(path, { productId: other.id });
    for (let time = 0; time < 2; time += 1) expect(await creator.delete(path)).toMatchObject({ status: 200, data: {} });
    await creator.put(path, { productId: product.id });
    await eventually(() => expect(shownTo(viewer)).toEqual([product.id, other.id, null, product.id]));
    expect(await viewer.next('showcase-cleared')).toMatchObject({ streamId, showcase: null, seq: expect.any(Number) });
    expect((await shownOverHttp(streamId)).product.id).toBe(product.id);
  });

  it('is the later one of several that come at once, for those in the room and for readers', async () => {
    const { creator, streamId, product } = await aShopShow();
    const others = await Promise.all([1, 2, 3].map(() => aProductOf(creator.userId)));
    for (const { id } of others) await takeIn(creator, streamId, id);
    const all = [product, ...others].map(({ id }) => id);
    const acts = all.map((productId) => creator.put(`sessions/${streamId}/showcase`, { productId }));
    const answers = await Promise.all([...acts, creator.delete(`sessions/${streamId}/showcase`)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    const inD1 = await shownOverHttp(streamId);
    const inRoom = await shownIn(streamId);
    expect(inRoom?.product.id).toBe(inD1?.product.id);
    expect(inRoom?.since).toBe(inD1?.since);
  });

  it('stays the later one when the room hears of an earlier one last', async () => {
    const { creator, streamId, product } = await aShopShow();
    const other = await aProductOf(creator.userId);
    await takeIn(creator, streamId, other.id);
    const { ctx, events } = recordingContext();
    const pending: Promise<unknown>[] = [];
    const slow = { ...ctx, waitUntil: (work: Promise<unknown>) => void pending.push(work) };
    await showProduct(slow, actorOf(creator), streamId, product.id);
    await Promise.all(pending);
    await creator.put(`sessions/${streamId}/showcase`, { productId: other.id });
    await deliverOutbox(
      testContext(),
      events.map((event) => ({ id: newId(), event })),
    );
    expect((await shownIn(streamId)).product.id).toBe(other.id);
    expect((await shownOverHttp(streamId)).product.id).toBe(other.id);
  });

  it('has the live price that was set just before it was shown', async () => {
    const { creator, streamId, product } = await aShopShow();
    let set: Promise<unknown> | undefined;
    const DB = new Proxy(env.DB, {
      get(target, name) {
        if (name === 'batch')
          return async (statements: D1PreparedStatement[]) => {
            set ??= creator.put(`sessions/${streamId}/products/${product.id}`, { livePriceMinor: 900 });
            await set;
            return target.batch(statements);
          };
        const value = Reflect.get(target, name);
        return typeof value === 'function' ? value.bind(target) : value;
      },
    });
    const ctx = testContext({ DB });
    expect((await showProduct(ctx, actorOf(creator), streamId, product.id)).livePriceMinor).toBe(900);
    await ctx.settle();
    expect((await shownIn(streamId)).livePriceMinor).toBe(900);
  });

  it('is refused unless the session is live, with the reason', async () => {
    const creator = await asCreator();
    const product = await aProductOf(creator.userId);
    const codeOf = async (streamId: string) => {
      const put = await creator.put(`sessions/${streamId}/showcase`, { productId: product.id });
      const cleared = await creator.delete(`sessions/${streamId}/showcase`);
      expect([put.status, cleared.status, cleared.error.code]).toEqual([409, 409, put.error.code]);
      return put.error.code;
    };
    expect(await codeOf(await aStream(creator, { status: 'scheduled' }))).toBe('STREAM_NOT_LIVE');
    expect(await codeOf(await aStream(creator, { status: 'ended' }))).toBe('STREAM_ENDED');
    expect(await codeOf(await aStream(creator, { status: 'cancelled' }))).toBe('STREAM_CANCELLED');
  });

  it('is refused for products that are not in the session or not on sale, and to anyone but its creator', async () => {
    const { creator, streamId, product } = await aShopShow();
    const draft = await aProductOf(creator.userId, { status: 'draft' });
    await takeIn(creator, streamId, draft.id);
    const put = (who: Pick<typeof guest, 'put'>, body: object) => who.put(`sessions/${streamId}/showcase`, body);
    expect((await put(creator, { productId: draft.id })).error.code).toBe('PRODUCT_NOT_ON_SALE');
    expect((await put(creator, { productId: newId() })).error.code).toBe('PRODUCT_NOT_IN_SESSION');
    expect((await put(creator, {})).status).toBe(422);
    expect((await put(await asCreator(), { productId: product.id })).error.code).toBe('NOT_YOUR_STREAM');
    expect((await put(await asViewer(), { productId: product.id })).status).toBe(403);
    expect((await put(guest, { productId: product.id })).status).toBe(401);
    expect(await shownIn(streamId)).toBeNull();
  });
});

describe('the showcase ends', () => {
  const inShowcase = async () => {
    const show = await aShopShow();
    await show.creator.put(`sessions/${show.streamId}/showcase`, { productId: show.product.id });
    const viewer = await joinRoom(show.streamId);
    expect((await viewer.welcome()).showcase.product.id).toBe(show.product.id);
    return { ...show, viewer };
  };

  it.each([
    ['taken out', null],
    ['archived', { status: 'archived' }],
    ['hidden by staff', { hiddenAt: 1 }],
    ['a draft again', { status: 'draft' }],
  ] as const)('when its product is %s', async (_, changes) => {
    const { creator, streamId, product, viewer } = await inShowcase();
    if (changes) await changeProductRow(product.id, changes);
    else await creator.delete(`sessions/${streamId}/products/${product.id}`);
    expect(await viewer.next('showcase-cleared')).toMatchObject({ streamId });
    expect([await shownIn(streamId), await shownOverHttp(streamId)]).toEqual([null, null]);
    expect((await placeOf(streamId, product.id))?.showcasedAt ?? null).toBeNull();
    const click = await viewer.ask({ type: 'product-click', productId: product.id });
    expect(click).toMatchObject({ code: 'PRODUCT_NOT_FOUND' });
  });

  it('with the show', async () => {
    const { creator, streamId } = await inShowcase();
    await creator.post(`sessions/${streamId}/end`);
    expect(await shownOverHttp(streamId)).toBeNull();
  });
});

describe('a product that changes while it is shown', () => {
  it('is shown again with its new facts and live price', async () => {
    const { creator, streamId, product } = await aShopShow();
    const viewer = await joinRoom(streamId);
    const { data } = await creator.put(`sessions/${streamId}/showcase`, { productId: product.id });
    await changeProductRow(product.id, { title: 'A blue shirt', priceMinor: 2_000 });
    const changed = await viewer.next('product-showcased', ({ showcase }) => showcase.product.title === 'A blue shirt');
    expect(changed.showcase).toMatchObject({ product: { priceMinor: 2_000 }, since: data.since });
    await creator.put(`sessions/${streamId}/products/${product.id}`, { livePriceMinor: 1_500 });
    await viewer.next('product-showcased', ({ showcase }) => showcase.livePriceMinor === 1_500);
    await takeIn(creator, streamId, product.id, { livePriceMinor: 1_400 });
    await viewer.next('product-showcased', ({ showcase }) => showcase.livePriceMinor === 1_400);
    await creator.put(`sessions/${streamId}/products/${product.id}`, { position: 3 });
    expect(await shownIn(streamId)).toMatchObject({ livePriceMinor: 1_400, since: data.since });
    expect(shownTo(viewer)).toHaveLength(4);
  });
});

describe('stock', () => {
  it('of a product of the session reaches its viewers, and those who come later', async () => {
    const { creator, streamId, product } = await aShopShow();
    await creator.put(`sessions/${streamId}/showcase`, { productId: product.id });
    const viewer = await joinRoom(streamId);
    const pieces = { productId: product.id, variantId: product.variantId, quantity: 3 };
    const buyer = await asViewer();
    await moved(holdStock(testContext(), pieces, buyer.userId));
    const event = await viewer.next('product-stock', ({ held }) => held === 3);
    expect(event).toEqual({ type: 'product-stock', productId: product.id, stock: 7, held: 3, sold: 0 });
    await moved(sellHeld(testContext(), pieces));
    await viewer.next('product-stock', ({ sold }) => sold === 3);
    await eventually(async () =>
      expect(await shownIn(streamId)).toMatchObject({ stock: 7, held: 0, sold: 3, product: { stock: 7 } }),
    );
    expect((await guest.get(`sessions/${streamId}`)).data).toMatchObject({
      products: [{ sold: 3, product: { stock: 7 } }],
      showcase: { stock: 7, held: 0, sold: 3 },
    });
  });

  it('of a product with options comes for each variant too, with its own id', async () => {
    const variants = [
      { options: { size: 'S' }, stock: 2 },
      { options: { size: 'M' }, stock: null },
    ];
    const { creator, streamId, product } = await aShopShow({ variants });
    await creator.put(`sessions/${streamId}/showcase`, { productId: product.id });
    const viewer = await joinRoom(streamId);
    const [small = '', medium = ''] = product.variantIds;
    const pieces = { productId: product.id, variantId: small, quantity: 1 };
    await moved(holdStock(testContext(), pieces, (await asViewer()).userId));
    await viewer.next('product-stock', ({ variantId, held }) => variantId === small && held === 1);
    const about = { type: 'product-stock', productId: product.id };
    expect(viewer.eventsOf('product-stock').slice(-3)).toEqual([
      { ...about, stock: null, held: 1, sold: 0 },
      { ...about, variantId: small, stock: 1, held: 1, sold: 0 },
      { ...about, variantId: medium, stock: null, held: 0, sold: 0 },
    ]);
    await eventually(async () =>
      expect((await shownIn(streamId)).product.variants).toMatchObject([
        { id: small, stock: 1 },
        { id: medium, stock: null },
      ]),
    );
  });
});

it('a change of a product finds the live stream of its seller, however many streams had the product', async () => {
  const [plan] = await plansOf((ctx) => tellStock(ctx, { kind: 'stock-changed', productId: 'p' }));
  expect(plan?.split('\n').slice(0, 3)).toEqual([
    'SEARCH product USING INDEX sqlite_autoindex_products_1 (id=?)',
    'SEARCH live USING COVERING INDEX streams_open_of_creator (creator_id=? AND status=?)',
    'SEARCH offered USING PRIMARY KEY (stream_id=? AND product_id=?)',
  ]);
});

describe('a room that is evicted in the middle of a showcase', () => {
  it('still shows it, knows its products and goes on with their stock', async () => {
    const { creator, streamId, product } = await aShopShow();
    const viewer = await joinRoom(streamId);
    const { seq } = await viewer.welcome();
    await creator.put(`sessions/${streamId}/showcase`, { productId: product.id });
    const event = await viewer.next('product-showcased');
    await evictDurableObject(stubOf(streamId));
    const back = await joinRoom(streamId, viewer.viewer, { since: seq });
    expect((await back.welcome()).showcase).toMatchObject({ seq: event.seq, product: { id: product.id } });
    expect(await back.next('product-showcased')).toEqual(event);
    expect(await back.ask({ type: 'product-click', productId: product.id })).toMatchObject({ type: 'ack' });
    const pieces = { productId: product.id, variantId: product.variantId, quantity: 1 };
    await moved(holdStock(testContext(), pieces, (await asViewer()).userId));
    await back.next('product-stock', ({ stock }) => stock === 9);
    await creator.delete(`sessions/${streamId}/showcase`);
    await back.next('showcase-cleared');
  });
});

describe('a session that two devices change at once', () => {
  it('never shows a product that was taken out', async () => {
    const creator = await asCreator();
    const streamId = await anOpenStream(creator);
    const device = clientWith({}, creator.headers);
    for (let round = 0; round < 5; round += 1) {
      const { id } = await aProductOf(creator.userId);
      await takeIn(device, streamId, id);
      await Promise.all([
        device.put(`sessions/${streamId}/showcase`, { productId: id }),
        device.delete(`sessions/${streamId}/products/${id}`),
      ]);
      expect([await shownIn(streamId), await shownOverHttp(streamId)]).toEqual([null, null]);
    }
  });
});

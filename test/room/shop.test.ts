/** The shop in a room: clicks that count, stock that comes at most once a second, and sales with and without a name. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { eq } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { plansOf } from '#test/support/plans';
import { aGuest, aUser, eventually, inStorage, joinRoom, openRoom, startClock, stopClock } from '#test/support/rooms';
import { aProductOf } from '#test/support/session-products';
import { aStream } from '#test/support/streams';
import { asCreator, asUser } from '#test/support/users';
import type { Showcase } from '@/contracts/product';
import type { RoomSetup } from '@/contracts/room-command';
import { cardColumns } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { roomTraces } from '@/domains/live/rooms/tables';
import { products, productVariants } from '@/domains/money/products/tables';
import { soldEvent } from '@/domains/money/showcase/events';
import { readOfferedIds, readStock } from '@/domains/money/showcase/for-room';
import { sessionProductClicks, sessionProducts } from '@/domains/money/showcase/tables';
import { tellStock } from '@/domains/money/showcase/tell-stock';
import { CLICKERS_MAX } from '@/room/shop-store';
import { StreamRoom } from '@/room/stream-room';
import { newId } from '@/shared/ids';
import { MINUTE_MS, SECOND_MS } from '@/shared/time';

afterEach(startClock);

const { db } = testContext();

/** A room whose stream D1 knows, with two products. */
async function openShop(changes: Partial<RoomSetup> = {}) {
  const creator = await asCreator();
  const opened = await openRoom({ creatorId: creator.userId, ...changes });
  const { roomId, room } = opened;
  await aStream(creator, { id: roomId, status: changes.status ?? 'live' });
  const [first, second] = [await aProductOf(creator.userId), await aProductOf(creator.userId)];
  const add = (productId: string) =>
    db.insert(sessionProducts).values({ streamId: roomId, productId, position: 0, createdAt: 1 });
  await add(first.id);
  await add(second.id);
  return {
    ...{ ...opened, creator, add, productId: first.id, otherId: second.id },
    async setStock(stock: number, productId = first.id) {
      await db.update(productVariants).set({ stock }).where(eq(productVariants.productId, productId));
      await room.apply(newId(), { type: 'stock-changed', productId });
    },
    end: () => opened.change({ status: 'ended', endedAt: Date.now() }),
  };
}

const click = (productId: string, id?: string) => ({ type: 'product-click', productId, ...(id ? { id } : {}) });

describe('a product click', () => {
  it('counts once per viewer, product and minute, over all their sockets and HTTP', async () => {
    const tick = stopClock();
    const { roomId, room, productId, otherId } = await openShop();
    const [user, guest] = [aUser(), aGuest()];
    const sockets = [await joinRoom(roomId, user), await joinRoom(roomId, user), await joinRoom(roomId, guest)];
    for (const socket of sockets)
      for (const id of [productId, otherId, productId.toUpperCase()])
        expect(await socket.ask(click(id))).toMatchObject({ type: 'ack' });
    expect(await room.clickProduct(guest, productId)).toEqual({ ok: true });
    tick(MINUTE_MS);
    expect(await room.clickProduct(user, productId)).toEqual({ ok: true });
    expect((await room.figures()).productClicks).toEqual(
      [
        { productId, clicks: 3, clickers: 2 },
        { productId: otherId, clicks: 2, clickers: 2 },
      ].toSorted((one, two) => (one.productId < two.productId ? -1 : 1)),
    );
  });

  it('is answered but does not count before the start, and is refused after the end', async () => {
    const { roomId, room, productId, change, end } = await openShop({ status: 'scheduled', startedAt: null });
    const viewer = await joinRoom(roomId);
    expect(await viewer.ask(click(productId))).toMatchObject({ type: 'ack' });
    expect(await room.productClicks()).toEqual([]);
    await change({ status: 'live', startedAt: Date.now() });
    expect(await viewer.ask(click(productId))).toMatchObject({ type: 'ack' });
    await end();
    expect(await viewer.ask(click(productId))).toMatchObject({ type: 'error', code: 'ROOM_CLOSED' });
    expect(await room.clickProduct(aGuest(), productId)).toMatchObject({ ok: false, code: 'ROOM_CLOSED' });
    expect(await room.productClicks()).toEqual([{ productId, clicks: 1, clickers: 1 }]);
  });

  it('by the creator does not count', async () => {
    const { roomId, room, productId, creator } = await openShop();
    const host = await joinRoom(roomId, aUser({ creator: true }, creator.userId));
    expect(await host.ask(click(productId))).toMatchObject({ type: 'ack' });
    expect(await room.productClicks()).toEqual([]);
  });

  it('on what the stream does not have is refused, and on a product that was just added is not', async () => {
    const tick = stopClock();
    const { roomId, room, productId, add, creator } = await openShop();
    const viewer = await joinRoom(roomId);
    expect(await viewer.ask(click(newId()))).toMatchObject({ code: 'PRODUCT_NOT_FOUND' });
    const [told, untold] = [await aProductOf(creator.userId), await aProductOf(creator.userId)];
    await add(told.id);
    expect(await viewer.ask(click(told.id))).toMatchObject({ code: 'PRODUCT_NOT_FOUND' });
    await room.apply(newId(), { type: 'products-changed' });
    expect(await viewer.ask(click(told.id))).toMatchObject({ type: 'ack' });
    await add(untold.id);
    tick(10 * SECOND_MS);
    expect(await viewer.ask(click(untold.id))).toMatchObject({ type: 'ack' });
    await db.delete(sessionProducts).where(eq(sessionProducts.productId, productId));
    await room.apply(newId(), { type: 'products-changed' });
    expect(await viewer.ask(click(productId))).toMatchObject({ code: 'PRODUCT_NOT_FOUND' });
  });

  it("in a user's room is refused", async () => {
    const { room } = await openRoom({ kind: 'user' });
    expect(await room.clickProduct(aGuest(), newId())).toMatchObject({ code: 'PRODUCT_NOT_FOUND' });
  });

  it('is counted for a bounded number of people', async () => {
    const { room, stub, productId } = await openShop();
    const known = aGuest();
    await room.clickProduct(known, productId);
    await runInDurableObject(stub, (_room, state) => {
      state.storage.sql.exec(
        `WITH RECURSIVE n (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM n WHERE n < ?1)
         INSERT INTO product_clicks (product_id, viewer, minute, clicks) SELECT 'one', 'guest:' || n, 0, 1 FROM n`,
        CLICKERS_MAX,
      );
      state.storage.sql.exec('UPDATE product_clicks SET minute = 0');
    });
    for (const guest of [known, aGuest()]) expect(await room.clickProduct(guest, productId)).toEqual({ ok: true });
    expect(await room.productClicks()).toContainEqual({ productId, clicks: 2, clickers: 1 });
  });

  it('is stored with the figures of the stream, once', async () => {
    const { roomId, room, stub, productId, end } = await openShop();
    await room.clickProduct(aGuest(), productId);
    await room.clickProduct(aGuest(), productId);
    await end();
    await runDurableObjectAlarm(stub);
    const stored = () => db.select().from(sessionProductClicks).where(eq(sessionProductClicks.streamId, roomId));
    expect(await stored()).toEqual([{ streamId: roomId, productId, clicks: 2, clickers: 2 }]);
  });
});

describe('stock', () => {
  it('that changes often comes at most once a second, as it is then', async () => {
    const tick = stopClock();
    const { roomId, stub, setStock, productId } = await openShop();
    const viewer = await joinRoom(roomId);
    await viewer.welcome();
    const stocks = () => viewer.eventsOf('product-stock').map(({ stock }) => stock);
    await setStock(9);
    await runDurableObjectAlarm(stub);
    await eventually(() => expect(stocks()).toEqual([9]));
    for (const stock of [8, 7, 6]) await setStock(stock);
    expect(await inStorage(roomId, `SELECT at FROM due WHERE what = 'stock'`)).toEqual([
      { at: Date.now() + SECOND_MS },
    ]);
    await runDurableObjectAlarm(stub);
    expect(stocks()).toEqual([9]);
    tick(SECOND_MS);
    await runDurableObjectAlarm(stub);
    await eventually(() => expect(stocks()).toEqual([9, 6]));
    expect(viewer.eventsOf('product-stock')[1]).toEqual({
      type: 'product-stock',
      ...{ productId, stock: 6, held: 0, sold: 0 },
    });
    expect(await inStorage(roomId, `SELECT at FROM due WHERE what = 'stock'`)).toEqual([]);
  });

  it('of all changed products comes together, and the same numbers only once', async () => {
    const tick = stopClock();
    const { roomId, stub, otherId, room, productId } = await openShop();
    const viewer = await joinRoom(roomId);
    await viewer.welcome();
    await db.update(productVariants).set({ stock: 5 });
    await runInDurableObject(stub, async (object) => {
      if (!(object instanceof StreamRoom)) throw new Error('It is no room');
      // In one turn, so that no alarm comes in between.
      const changed = [productId, otherId].map((id) => object.apply(newId(), { type: 'stock-changed', productId: id }));
      await Promise.all(changed);
    });
    await runDurableObjectAlarm(stub);
    await eventually(() => expect(viewer.eventsOf('product-stock')).toHaveLength(2));
    expect(viewer.frames.filter((frame) => frame.some(({ type }) => type === 'product-stock'))).toHaveLength(1);
    tick(SECOND_MS);
    await room.apply(newId(), { type: 'stock-changed', productId });
    await runDurableObjectAlarm(stub);
    await viewer.ask({ type: 'ping' });
    expect(viewer.eventsOf('product-stock')).toHaveLength(2);
  });

  it('of a product that is not on sale is not told', async () => {
    const { roomId, stub, setStock, productId, otherId } = await openShop();
    await db.update(products).set({ status: 'draft' }).where(eq(products.id, otherId));
    const viewer = await joinRoom(roomId);
    await viewer.welcome();
    await setStock(4, otherId);
    await setStock(3, productId);
    await runDurableObjectAlarm(stub);
    await viewer.next('product-stock', (event) => event.productId === productId);
    expect(viewer.eventsOf('product-stock').filter((event) => event.productId === otherId)).toEqual([]);
  });

  it('that changed before an eviction is still read', async () => {
    stopClock();
    const { roomId, stub, setStock } = await openShop();
    const viewer = await joinRoom(roomId);
    await viewer.welcome();
    await setStock(3);
    await evictDurableObject(stub);
    await runDurableObjectAlarm(stub);
    expect(await viewer.next('product-stock')).toMatchObject({ stock: 3 });
  });

  it('is told neither in a room that is over nor in one that was never set up', async () => {
    const { room, roomId, stub, setStock, end } = await openShop();
    await end();
    await setStock(3);
    await runDurableObjectAlarm(stub);
    expect(await inStorage(roomId, `SELECT key FROM meta WHERE key = 'stock-changed'`)).toEqual([]);
    expect((await room.figures()).productClicks).toEqual([]);
    const other = newId();
    await testContext().rooms(other).apply(newId(), { type: 'stock-changed', productId: newId() });
    await testContext().rooms(other).apply(newId(), { type: 'products-changed' });
    expect(await inStorage(other, `SELECT name FROM sqlite_master WHERE name = 'meta'`)).toEqual([]);
  });

  it('and the list of products are read by their indexes', async () => {
    const plans = await plansOf((ctx) =>
      Promise.all([readStock(ctx, [newId(), newId()]), readOfferedIds(ctx, newId())]),
    );
    expect(plans.filter((plan) => /SCAN (?!asked)/.test(plan))).toEqual([]);
  });
});

function aShowcase(id: string, title: string): Showcase {
  const at = new Date().toISOString();
  const kind = { category: 'other', kind: 'physical', status: 'active' } as const;
  const offer = { description: '', priceMinor: 499, currency: 'EUR', stock: 1, images: [], variants: [] };
  return {
    product: { id, title, sellerId: newId(), ...offer, ...kind, createdAt: at },
    stock: 1,
    held: 0,
    sold: 0,
    since: at,
  };
}

describe('a hidden product', () => {
  it('is not shown to those who ask for earlier events', async () => {
    const { roomId, room, productId, otherId } = await openShop();
    const viewer = await joinRoom(roomId);
    await viewer.welcome();
    for (const [index, id] of [productId, otherId].entries()) {
      const showcase = aShowcase(id, `Title of ${id}`);
      const event = { type: 'product-showcased', streamId: roomId, showcase } as const;
      await room.apply(newId(), { type: 'showcase', at: index + 1, event });
      const sold = soldEvent({ streamId: roomId, productId: id, title: `Title of ${id}`, quantity: 1, buyer: null });
      if (sold.kind === 'room') await room.apply(newId(), sold.command);
    }
    await db.update(products).set({ hiddenAt: 1 }).where(eq(products.id, productId));
    await tellStock(testContext(), { kind: 'stock-changed', productId });
    const late = await joinRoom(roomId, aUser(), { since: 0 });
    await late.next('product-sold', (event) => event.productId === otherId);
    expect(JSON.stringify(late.frames)).not.toContain(`Title of ${productId}`);
    expect(JSON.stringify(late.frames)).toContain(`Title of ${otherId}`);
    expect(late.eventsOf('product-sold').map((event) => event.productId)).toEqual([productId, otherId]);
  });
});

describe('a sale', () => {
  const sale = async (roomId: string, productId: string, buyerId: string | null) => {
    const buyer = buyerId && (await db.select(cardColumns).from(users).where(eq(users.id, buyerId)).get());
    const event = soldEvent({ streamId: roomId, productId, title: 'A shirt', quantity: 2, buyer: buyer || null });
    if (event.kind !== 'room') throw new Error('It is for the room');
    await testContext().rooms(roomId).apply(newId(), event.command);
  };

  it('names its buyer only if they want to be named, and is replayed to those who were away', async () => {
    const { roomId, productId } = await openShop();
    const viewer = await joinRoom(roomId);
    const { seq } = await viewer.welcome();
    const buyer = await asUser();
    await sale(roomId, productId, null);
    await sale(roomId, productId, buyer.userId);
    const about = { type: 'product-sold', streamId: roomId, productId, title: 'A shirt', quantity: 2 };
    const card = expect.objectContaining({ id: buyer.userId, username: buyer.username });
    await viewer.next('product-sold', (event) => event.buyer !== null);
    const events = viewer.eventsOf('product-sold');
    expect(events).toEqual([
      { ...about, seq: seq + 1, buyer: null },
      { ...about, seq: seq + 2, buyer: card },
    ]);
    const back = await joinRoom(roomId, viewer.viewer, { since: seq });
    await back.next('product-sold');
    expect(back.eventsOf('product-sold')).toEqual(events);
  });

  it('forgets a buyer whose account was deleted, wherever the name stands', async () => {
    const { roomId, room, stub, productId } = await openShop();
    const buyer = await asUser();
    await sale(roomId, productId, buyer.userId);
    await runInDurableObject(stub, (_room, state) => void state.storage.sql.exec('UPDATE due SET at = 0'));
    await runDurableObjectAlarm(stub);
    const traced = await db.select().from(roomTraces).where(eq(roomTraces.userId, buyer.userId));
    expect(traced.map((trace) => trace.roomId)).toEqual([roomId]);
    await room.apply(newId(), { type: 'forget-user', userId: buyer.userId });
    const rows = await inStorage<{ body: string }>(roomId, 'SELECT body FROM events');
    expect(JSON.stringify(rows)).not.toContain(buyer.username);
    expect(JSON.stringify(rows)).toContain('Deleted user');
  });

  it('and what was shown forget what a creator wrote whose account was deleted', async () => {
    const { roomId, room, productId, creator } = await openShop();
    await sale(roomId, productId, null);
    const showcase = { product: { id: productId, title: 'A shirt' }, stock: 1, held: 0, sold: 0 };
    const event = { type: 'product-showcased', streamId: roomId, showcase };
    await room.apply(newId(), { type: 'showcase', at: 1, event } as never); // as much of it as the room looks at
    await room.apply(newId(), { type: 'forget-user', userId: creator.userId });
    const rows = await inStorage(roomId, 'SELECT body FROM events UNION ALL SELECT value FROM meta');
    expect(JSON.stringify(rows)).not.toContain('A shirt');
  });
});

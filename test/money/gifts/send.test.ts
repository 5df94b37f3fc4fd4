import { env } from 'cloudflare:workers';
import { and, eq, sql } from 'drizzle-orm';
import { describe, expect, it, test } from 'vitest';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { changeEconomy, coinsOf, diamondsOf, giveCoins, once } from '#test/support/money';
import { anOpenStream, aStream } from '#test/support/streams';
import { actorOf, asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { commit } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { banFromChannel } from '@/domains/live/channels/bans';
import { earningDays } from '@/domains/money/earnings/tables';
import { sendGift } from '@/domains/money/gifts/send-gift';
import { gifts, giftsSent } from '@/domains/money/gifts/tables';
import { block } from '@/domains/people/social/block';
import { followCreator } from '@/domains/people/social/follow';
import { ledgerTransfers } from '@/ledger/tables';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';

const ROSE = '01900000-0000-7000-9001-000000000001';
const ROSE_COINS = 10;

async function richViewer(coins = 1_000): Promise<Person> {
  const viewer = await asViewer();
  await giveCoins(viewer.userId, coins);
  return viewer;
}

/** A gift of one coin's price, that a test may send by the dozen. */
async function aGift(coins: number): Promise<string> {
  const id = newId();
  await testContext().db.insert(gifts).values({ id, name: 'A test', icon: '🎈', coins, createdAt: 0, updatedAt: 0 });
  return id;
}

const sentBy = (userId: string) =>
  testContext().db.select().from(giftsSent).where(eq(giftsSent.senderId, userId)).orderBy(giftsSent.id);

const transfersOf = (id: string) =>
  testContext()
    .db.select({ kind: ledgerTransfers.kind, leg: ledgerTransfers.leg, amount: ledgerTransfers.amount })
    .from(ledgerTransfers)
    .where(and(eq(ledgerTransfers.refType, 'gift'), eq(ledgerTransfers.refId, id)))
    .orderBy(ledgerTransfers.leg);

describe('a gift', () => {
  it('takes the coins, gives the diamonds, and is returned as it is listed', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const { status, data } = await viewer.post(
      'payment/gift',
      { giftId: ROSE, quantity: 3, recipientId: creator.userId, message: '  For the song ' },
      once(),
    );
    expect(status).toBe(201);
    expect(data).toEqual({
      id: expect.any(String),
      gift: { id: ROSE, name: 'Rose', icon: '🌹', coins: ROSE_COINS, animationUrl: null },
      quantity: 3,
      coins: 30,
      sender: expect.objectContaining({ id: viewer.userId, username: viewer.username }),
      recipient: expect.objectContaining({ id: creator.userId, isLive: false }),
      streamId: null,
      message: 'For the song',
      createdAt: expect.any(String),
      balanceAfter: 970,
    });
    expect([await coinsOf(viewer.userId), await diamondsOf(creator.userId)]).toEqual([970, 15]);
    expect(await transfersOf(data.id)).toEqual([
      { kind: 'gift', leg: 1, amount: 30 },
      { kind: 'gift_earning', leg: 2, amount: 15 },
    ]);
    expect(
      await testContext().db.select().from(earningDays).where(eq(earningDays.userId, creator.userId)),
    ).toMatchObject([{ source: 'gift', diamonds: 15, count: 1 }]);
    expect(await sentBy(viewer.userId)).toMatchObject([{ id: data.id, economyVersion: expect.any(Number) }]);

    const { balanceAfter: _, ...gift } = data;
    const sent = (await viewer.get('payment/gifts-sent')).data;
    expect(sent).toEqual({ items: [gift], pagination: { nextCursor: null, perPage: 20 } });
    const received = (await creator.get('payment/gifts-received')).data;
    expect(received.items).toEqual([{ ...gift, diamonds: 15 }]);
  });

  it('sends a quantity of 1 by default and rounds diamonds down per line', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const giftId = await aGift(3);
    const { data } = await viewer.post('payment/gift', { giftId, recipientId: creator.userId }, once());
    expect(data).toMatchObject({ quantity: 1, coins: 3, message: null });
    await viewer.post('payment/gift', { giftId, quantity: 3, recipientId: creator.userId }, once());
    expect(await diamondsOf(creator.userId)).toBe(1 + 4);
  });

  it('that the wallet cannot pay is refused with the balance and the price, and leaves no trace', async () => {
    const [viewer, creator] = [await richViewer(9), await asCreator()];
    const body = { giftId: ROSE, recipientId: creator.userId };
    const { status, error } = await viewer.post('payment/gift', body, once());
    expect([status, error.code, error.details]).toEqual([402, 'NOT_ENOUGH_COINS', { balance: 9, price: ROSE_COINS }]);
    const poor = await asViewer();
    expect((await poor.post('payment/gift', body, once())).error.details).toEqual({ balance: 0, price: ROSE_COINS });
    expect([...(await sentBy(viewer.userId)), ...(await sentBy(poor.userId))]).toEqual([]);
    expect(await diamondsOf(creator.userId)).toBe(0);
  });

  it('that was refused can be paid with the same key once there are coins', async () => {
    const [viewer, creator] = [await asViewer(), await asCreator()];
    const [body, key] = [{ giftId: ROSE, recipientId: creator.userId }, once()];
    expect((await viewer.post('payment/gift', body, key)).status).toBe(402);
    await giveCoins(viewer.userId, ROSE_COINS);
    expect((await viewer.post('payment/gift', body, key)).status).toBe(201);
  });

  it('that is sent fifty times at once with coins for twenty-five goes through exactly twenty-five times', async () => {
    const [viewer, creator] = [await richViewer(25), await asCreator()];
    await changeEconomy({ conversions: { diamondsPerCoin: { numerator: 1, denominator: 1 } } });
    const giftId = await aGift(1);
    const answers = await Promise.all(
      Array.from({ length: 50 }, () => viewer.post('payment/gift', { giftId, recipientId: creator.userId }, once())),
    );
    await changeEconomy({ conversions: { diamondsPerCoin: { numerator: 1, denominator: 2 } } });
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(25).fill(201), ...Array(25).fill(402)]);
    expect([await coinsOf(viewer.userId), await diamondsOf(creator.userId)]).toEqual([0, 25]);
    expect(await sentBy(viewer.userId)).toHaveLength(25);
  });

  it('sent twenty times at once with one key is paid once, with the same response each time', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const [body, key] = [{ giftId: ROSE, recipientId: creator.userId }, once()];
    const answers = await Promise.all(Array.from({ length: 20 }, () => viewer.post('payment/gift', body, key)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(201));
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(await coinsOf(viewer.userId)).toBe(990);
  });

  it('repeated later gets the same response even if it was retired, but is refused with another body', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const giftId = await aGift(20);
    const [body, key] = [{ giftId, recipientId: creator.userId }, once()];
    const first = await viewer.post('payment/gift', body, key);
    await testContext().db.update(gifts).set({ active: false }).where(eq(gifts.id, giftId));
    expect((await viewer.post('payment/gift', body, key)).data).toEqual(first.data);
    const other = await viewer.post('payment/gift', { ...body, quantity: 2 }, key);
    expect([other.status, other.error.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
    const tip = await viewer.post('payment/tip', { coins: 20, recipientId: creator.userId }, key);
    expect(tip.error.code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(await coinsOf(viewer.userId)).toBe(980);
  });

  it('requires a key, a token and a gift on offer', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const body = { giftId: ROSE, recipientId: creator.userId };
    expect((await viewer.post('payment/gift', body)).error.code).toBe('IDEMPOTENCY_KEY_REQUIRED');
    expect((await client().post('payment/gift', body, once())).status).toBe(401);
    for (const giftId of [newId(), 'a rose']) {
      const { status, error } = await viewer.post('payment/gift', { ...body, giftId }, once());
      expect([status, error.code]).toEqual([404, 'GIFT_NOT_FOUND']);
    }
    const retired = await aGift(10);
    await testContext().db.update(gifts).set({ active: false }).where(eq(gifts.id, retired));
    expect((await viewer.post('payment/gift', { ...body, giftId: retired }, once())).error.code).toBe('GIFT_NOT_FOUND');
  });

  it.each([-1, 0, 1.5, 1e21, Number.MAX_SAFE_INTEGER, 1_001, '2', null])(
    'of quantity %s is refused',
    async (quantity) => {
      const [viewer, creator] = [await richViewer(), await asCreator()];
      const { status } = await viewer.post(
        'payment/gift',
        { giftId: ROSE, quantity, recipientId: creator.userId },
        once(),
      );
      expect(status).toBe(422);
      expect(await coinsOf(viewer.userId)).toBe(1_000);
    },
  );

  it('above the maximum quantity is refused with that maximum', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const body = { giftId: ROSE, quantity: 1_001, recipientId: creator.userId };
    const { status, error } = await viewer.post('payment/gift', body, once());
    expect([status, error.code, error.details]).toEqual([422, 'QUANTITY_OUT_OF_RANGE', { min: 1, max: 1_000 }]);
  });

  it('names either a creator or a stream', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const streamId = await aStream(creator);
    for (const to of [{}, { recipientId: creator.userId, streamId }])
      expect((await viewer.post('payment/gift', { giftId: ROSE, ...to }, once())).status).toBe(422);
    const unknown = { giftId: ROSE, recipientId: creator.userId, price: 1 };
    expect((await viewer.post('payment/gift', unknown, once())).status).toBe(422);
    const long = { giftId: ROSE, recipientId: creator.userId, message: 'é'.repeat(201) };
    expect((await viewer.post('payment/gift', long, once())).status).toBe(422);
  });

  it('leaves nothing behind if its batch fails at the end', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const failing = {
      prepare: (query: string) => env.DB.prepare(query),
      // Only what writes money: the reads before it go through.
      batch: (statements: D1PreparedStatement[]) =>
        env.DB.batch(
          statements.length > 4
            ? [...statements, env.DB.prepare("INSERT INTO demands (code, changed) VALUES ('', 0)")]
            : statements,
        ),
    };
    const ctx = testContext({ DB: failing });
    const key = { idempotencyKey: newId(), bodyHash: '' };
    await expect(
      sendGift(ctx, actorOf(viewer), { giftId: ROSE, quantity: 1, recipientId: creator.userId }, key),
    ).rejects.toThrow('DEMAND_NOT_MET');
    expect([await coinsOf(viewer.userId), await diamondsOf(creator.userId)]).toEqual([1_000, 0]);
    expect(await sentBy(viewer.userId)).toEqual([]);
    expect(await testContext().db.select().from(earningDays).where(eq(earningDays.userId, creator.userId))).toEqual([]);
  });
});

describe('a tip', () => {
  it('is a gift of coins only', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const body = { coins: 101, recipientId: creator.userId };
    const { status, data } = await viewer.post('payment/tip', body, once());
    expect([status, data.gift, data.quantity, data.coins]).toEqual([201, null, 1, 101]);
    expect([await coinsOf(viewer.userId), await diamondsOf(creator.userId)]).toEqual([899, 50]);
    expect(await transfersOf(data.id)).toEqual([
      { kind: 'tip', leg: 1, amount: 101 },
      { kind: 'tip_earning', leg: 2, amount: 50 },
    ]);
    expect((await creator.get('payment/gifts-received')).data.items).toMatchObject([{ gift: null, diamonds: 50 }]);
  });

  it.each([-10, 0, 10.5, 1e21, Number.MAX_SAFE_INTEGER, '10', null, undefined])(
    'of %s coins is refused',
    async (coins) => {
      const [viewer, creator] = [await richViewer(), await asCreator()];
      expect((await viewer.post('payment/tip', { coins, recipientId: creator.userId }, once())).status).toBe(422);
      expect(await coinsOf(viewer.userId)).toBe(1_000);
    },
  );

  it('outside the minimum and maximum is refused with those limits', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    for (const coins of [9, 100_001]) {
      const { status, error } = await viewer.post('payment/tip', { coins, recipientId: creator.userId }, once());
      expect([status, error.code]).toEqual([422, 'TIP_OUT_OF_RANGE']);
      expect(error.details).toEqual({ min: 10, max: 100_000 });
    }
  });

  it('that would earn nothing is refused', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    await changeEconomy({ conversions: { diamondsPerCoin: { numerator: 1, denominator: 100 } } });
    const { status, error } = await viewer.post('payment/tip', { coins: 99, recipientId: creator.userId }, once());
    await changeEconomy({ conversions: { diamondsPerCoin: { numerator: 1, denominator: 2 } } });
    expect([status, error.code]).toEqual([409, 'GIFT_WORTHLESS']);
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });

  it('counts towards the earnings of the stream, which only its creator and staff see', async () => {
    const [viewer, creator, staff] = [await richViewer(), await asCreator(), await asStaff('support')];
    const [streamId, quiet] = [await anOpenStream(creator), await aStream(creator, { status: 'ended' })];
    await viewer.post('payment/tip', { streamId, coins: 21 }, once());
    await viewer.post('payment/gift', { giftId: ROSE, quantity: 2, streamId }, once());
    await viewer.post('payment/tip', { recipientId: creator.userId, coins: 50 }, once());
    for (const insider of [creator, staff]) {
      expect((await insider.get(`stream/${streamId}`)).data.earnings).toBe(10 + ROSE_COINS);
      expect((await insider.get(`stream/${quiet}`)).data.earnings).toBe(0);
    }
    expect((await viewer.get(`stream/${streamId}`)).data).not.toHaveProperty('earnings');
  });

  it('from a wallet below zero is refused', async () => {
    const [viewer, creator] = [await richViewer(100), await asCreator()];
    const ctx = testContext();
    const reversal = { kind: 'purchase_reversal', refType: 'test', refId: newId(), leg: 1 } as const;
    await commit(ctx, post(ctx, [{ ...reversal, userId: viewer.userId, amount: 150 }]));
    const { status, error } = await viewer.post('payment/tip', { coins: 10, recipientId: creator.userId }, once());
    expect([status, error.details]).toEqual([402, { balance: -50, price: 10 }]);
  });
});

describe('the recipient of a gift', () => {
  const tip = { coins: 10 };

  test('must be an approved creator', async () => {
    const viewer = await richViewer();
    const pending = await asUser({ role: 'creator', creatorStatus: 'PENDING' });
    const refused = await viewer.post('payment/tip', { ...tip, recipientId: pending.userId }, once());
    expect([refused.status, refused.error.code]).toEqual([409, 'NOT_A_CREATOR']);
    const nobody = await viewer.post('payment/tip', { ...tip, recipientId: newId() }, once());
    expect([nobody.status, nobody.error.code]).toEqual([404, 'USER_NOT_FOUND']);
  });

  test('cannot be the sender, neither by id nor in their own stream', async () => {
    const creator = await asCreator();
    await giveCoins(creator.userId, 100);
    const streamId = await aStream(creator);
    for (const to of [{ recipientId: creator.userId }, { streamId }]) {
      const { status, error } = await creator.post('payment/tip', { ...tip, ...to }, once());
      expect([status, error.code]).toEqual([422, 'NOT_ONESELF']);
    }
  });

  test('cannot be behind a block in either direction, nor banned', async () => {
    const [viewer, creator, other, banned] = [
      await richViewer(),
      await asCreator(),
      await asCreator(),
      await asCreator(),
    ];
    const ctx = testContext();
    await block(ctx, creator.userId, viewer.userId);
    await block(ctx, viewer.userId, other.userId);
    await ctx.db.update(users).set({ status: 'banned' }).where(eq(users.id, banned.userId));
    for (const { userId, channelId } of [creator, other, banned]) {
      const byName = await viewer.post('payment/tip', { ...tip, recipientId: userId }, once());
      expect([byName.status, byName.error.code]).toEqual([404, 'USER_NOT_FOUND']);
      const streamId = await aStream({ userId, channelId });
      const inStream = await viewer.post('payment/tip', { ...tip, streamId }, once());
      expect([inStream.status, inStream.error.code]).toEqual([404, 'STREAM_NOT_FOUND']);
    }
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });

  test('can be a stream that is live and that the sender may enter', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const send = async (streamId: string) => {
      const { status, error } = await viewer.post('payment/tip', { ...tip, streamId }, once());
      return [status, error?.code];
    };
    expect(await send(newId())).toEqual([404, 'STREAM_NOT_FOUND']);
    expect(await send(await aStream(creator, { status: 'scheduled' }))).toEqual([409, 'STREAM_NOT_LIVE']);
    expect(await send(await aStream(creator, { status: 'ended' }))).toEqual([409, 'STREAM_NOT_LIVE']);
    expect(await send(await aStream(creator, { visibility: 'followers' }))).toEqual([403, 'FOLLOWERS_ONLY']);
    await followCreator(testContext(), actorOf(viewer), creator.userId);
    const again = await asCreator();
    expect(await send(await aStream(again, { visibility: 'subscribers' }))).toEqual([403, 'SUBSCRIBERS_ONLY']);
    const hidden = await asCreator();
    expect(await send(await aStream(hidden, { visibility: 'private' }))).toEqual([404, 'STREAM_NOT_FOUND']);
    const strict = await asCreator();
    const streamId = await aStream(strict);
    await banFromChannel(testContext(), {
      channelId: strict.channelId,
      userId: viewer.userId,
      bannedBy: strict.userId,
      reason: null,
    });
    expect(await send(streamId)).toEqual([403, 'BANNED']);
    expect(await coinsOf(viewer.userId)).toBe(1_000);
  });
});

test('senders and recipients list their own gifts by cursor, newest first', async () => {
  const [viewer, creator, other] = [await richViewer(), await asCreator(), await asCreator()];
  const ids: string[] = [];
  for (const recipient of [creator, other, creator])
    ids.unshift((await viewer.post('payment/tip', { coins: 10, recipientId: recipient.userId }, once())).data.id);
  const first = (await viewer.get('payment/gifts-sent?perPage=2')).data;
  const cursor = first.pagination.nextCursor;
  const second = (await viewer.get(`payment/gifts-sent?perPage=2&cursor=${cursor}`)).data;
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids);
  expect(second.pagination.nextCursor).toBeNull();
  expect((await creator.get('payment/gifts-received')).data.items.map(({ id }: { id: string }) => id)).toEqual([
    ids[0],
    ids[2],
  ]);
  expect((await creator.get(`payment/gifts-received?cursor=${cursor}`)).error.code).toBe('CURSOR_INVALID');
  expect((await viewer.get('payment/gifts-received')).data.items).toEqual([]);
  expect((await client().get('payment/gifts-sent')).status).toBe(401);
  expect((await client().get('payment/gifts-received')).status).toBe(401);
});

test('the lists of gifts use their indexes', async () => {
  for (const [column, index] of [
    ['sender_id', 'gifts_sent_of_sender'],
    ['recipient_id', 'gifts_sent_of_recipient'],
  ] as const) {
    const plan = await testContext().db.all<{ detail: string }>(
      sql.raw(
        `EXPLAIN QUERY PLAN SELECT id FROM gifts_sent WHERE ${column} = 'a' AND id < 'b' ORDER BY id DESC LIMIT 21`,
      ),
    );
    expect(plan.map(({ detail }) => detail).join()).toContain(index);
  }
});

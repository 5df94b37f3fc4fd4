import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { and, eq, isNull } from 'drizzle-orm';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { coinsOf, giveCoins, once } from '#test/support/money';
import { aGift, aGuest, inStorage, joinRoom, roomOf, startClock, stopClock, stubOf } from '#test/support/rooms';
import { anOpenStream, aStream } from '#test/support/streams';
import { actorOf, asCreator, asStaff, asViewer, type Person } from '#test/support/users';
import type { Context } from '@/contracts/context';
import { staffLog } from '@/domains/base/permissions/tables';
import { banFromChannel } from '@/domains/live/channels/bans';
import { channels, moderators } from '@/domains/live/channels/tables';
import { sendTip } from '@/domains/money/gifts/send-gift';
import { giftsSent } from '@/domains/money/gifts/tables';
import { newId } from '@/shared/ids';

afterEach(startClock);

async function richViewer(): Promise<Person> {
  const viewer = await asViewer();
  await giveCoins(viewer.userId, 1_000);
  return viewer;
}

const tip = (who: Person, to: object, message: string, key = once()) =>
  who.post('payment/tip', { coins: 10, ...to, message }, key);

const keepOrder = (channelId: string, { userId }: Person) =>
  testContext().db.insert(moderators).values({ channelId, userId, createdAt: 0 });

describe('the message of a gift into a stream', () => {
  it('is left out if the chat would refuse it: the gift is paid, and only the sender is told why', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const streamId = await anOpenStream(creator, {}, { blockedWords: ['spoiler'] });
    const witness = await joinRoom(streamId, aGuest());
    const key = once();
    const sent = await tip(viewer, { streamId }, 'a SPÖI\u200bLER for you', key);
    expect(sent.status).toBe(201);
    expect(sent.data).toMatchObject({ message: null, messageRefused: { code: 'BLOCKED_WORDS' }, coins: 10 });
    expect(await witness.next('gift-sent')).toMatchObject({ id: sent.data.id, message: null });
    expect((await tip(viewer, { streamId }, 'a SPÖI\u200bLER for you', key)).data).toEqual(sent.data);
    expect((await viewer.get('payment/gifts-sent')).data.items).toEqual([sent.data]);
    const [received] = (await creator.get('payment/gifts-received')).data.items;
    expect(received).toMatchObject({ id: sent.data.id, message: null });
    expect(received).not.toHaveProperty('messageRefused');
    expect(await coinsOf(viewer.userId)).toBe(990);
  });

  it('is left out if it would wait for a moderator, but not because it is the first', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const rules = { heldWords: ['maybe*'], links: 'hold' as const, holdFirstMessages: true };
    const streamId = await anOpenStream(creator, {}, rules);
    const refusedFor = async (message: string) => (await tip(viewer, { streamId }, message)).data.messageRefused?.code;
    expect(await refusedFor('Maybe!')).toBe('BLOCKED_WORDS');
    expect(await refusedFor('see example.com')).toBe('LINKS_NOT_ALLOWED');
    expect((await tip(viewer, { streamId }, 'for you')).data).toMatchObject({ message: 'for you' });
    expect((await creator.get(`stream/${streamId}/held`)).data.items).toEqual([]);
  });

  it.each([
    ['CHAT_DISABLED', { chatEnabled: false }],
    ['FOLLOWERS_ONLY', { chatFollowersOnly: true }],
    ['SUBSCRIBERS_ONLY', { chatSubscribersOnly: true }],
  ])('is refused like chat: %s, except from moderators and staff', async (code, channel) => {
    const [viewer, moderator, creator] = [await richViewer(), await richViewer(), await asCreator()];
    const streamId = await anOpenStream(creator, {}, channel);
    await keepOrder(creator.channelId, moderator);
    expect((await tip(viewer, { streamId }, 'hello')).data.messageRefused).toEqual({ code });
    const { data } = await tip(moderator, { streamId }, 'hello');
    expect(data.message).toBe(code === 'CHAT_DISABLED' ? null : 'hello');
  });

  it('counts as a chat message for slow mode, duplicates and the rate limit', async () => {
    const creator = await asCreator();
    const slow = await anOpenStream(creator, {}, { slowModeSeconds: 30 });
    const one = await richViewer();
    expect((await tip(one, { streamId: slow }, 'first')).data.message).toBe('first');
    expect((await tip(one, { streamId: slow }, 'second')).data.messageRefused).toEqual({ code: 'SLOW_MODE' });
    expect((await one.post(`sessions/${slow}/chat`, { text: 'third' })).error.code).toBe('SLOW_MODE');

    const streamId = await anOpenStream(await asCreator());
    const other = await richViewer();
    await tip(other, { streamId }, 'again');
    expect((await tip(other, { streamId }, 'AGAIN')).data.messageRefused).toEqual({ code: 'DUPLICATE_MESSAGE' });
    for (const text of ['2', '3', '4', '5']) expect((await tip(other, { streamId }, text)).data.message).toBe(text);
    expect((await tip(other, { streamId }, '6')).data.messageRefused).toEqual({ code: 'TOO_FAST' });
  });

  it('is left out if the sender is timed out, and a gift without one says nothing about it', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const streamId = await anOpenStream(creator);
    await creator.post(`stream/${streamId}/moderation`, { action: 'timeout', userId: viewer.userId });
    expect((await tip(viewer, { streamId }, 'hello')).data.messageRefused).toEqual({ code: 'TIMED_OUT' });
    const { data } = await viewer.post('payment/tip', { coins: 10, streamId, message: ' \u200b ' }, once());
    expect(data.message).toBeNull();
    expect(data).not.toHaveProperty('messageRefused');
  });

  it('is shown once if sent twenty times at once with one key, with the same response each time', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const [streamId, key] = [await anOpenStream(creator), once()];
    const answers = await Promise.all(Array.from({ length: 20 }, () => tip(viewer, { streamId }, 'hello', key)));
    expect(new Set(answers.map(({ data }) => JSON.stringify(data))).size).toBe(1);
    expect(answers[0]?.data.message).toBe('hello');
    expect(await coinsOf(viewer.userId)).toBe(990);
  });

  it('is left out, and the gift is paid, if the room does not respond', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const streamId = await aStream(creator);
    const ctx = testContext();
    for (const approveWords of [
      () => Promise.reject(new Error('Network connection lost')),
      () => new Promise<never>(() => undefined),
    ]) {
      const away: Context = { ...ctx, rooms: (id) => ({ ...ctx.rooms(id), approveWords }) };
      const key = { idempotencyKey: newId(), bodyHash: '' };
      const gift = await sendTip(away, actorOf(viewer), { coins: 10, streamId, message: 'hello' }, key);
      expect(gift).toMatchObject({ message: null, messageRefused: { code: 'ROOM_UNREACHABLE' } });
    }
    expect(await coinsOf(viewer.userId)).toBe(980);
  });
});

describe('the message of a gift in a delayed chat', () => {
  async function aDelayedShow() {
    standInForLiveKit();
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const streamId = await anOpenStream(creator, {}, { chatDelaySeconds: 30 });
    const witness = await joinRoom(streamId, aGuest());
    const { data } = await tip(viewer, { streamId }, 'wait for it');
    expect(data.message).toBe('wait for it');
    await viewer.post('payment/tip', { coins: 11, streamId }, once());
    await witness.next('gift-sent', ({ coins }) => coins === 11);
    return { viewer, creator, streamId, witness, id: data.id };
  }
  const heard = ({ witness, id }: Awaited<ReturnType<typeof aDelayedShow>>) =>
    witness.next('gift-sent', (event) => event.id === id);

  it('is shown when the chat messages of its time are', async () => {
    const tick = stopClock();
    const show = await aDelayedShow();
    tick(29_000);
    await runDurableObjectAlarm(stubOf(show.streamId));
    expect(show.witness.eventsOf('gift-sent')).toHaveLength(1);
    tick(1_000);
    await runDurableObjectAlarm(stubOf(show.streamId));
    expect(await heard(show)).toMatchObject({ message: 'wait for it', coins: 10, seq: expect.any(Number) });
  });

  it.each(['ban', 'timeout', 'kick', 'delete'])('is not shown after a %s, but the gift is', async (action) => {
    const tick = stopClock();
    const show = await aDelayedShow();
    const { creator, streamId, viewer, id } = show;
    if (action === 'delete') await creator.delete(`sessions/${streamId}/chat/${id}`);
    else await creator.post(`stream/${streamId}/moderation`, { action, userId: viewer.userId });
    await testContext().settle();
    const stored = () => inStorage(streamId, `SELECT 1 FROM held_gifts WHERE body LIKE '%wait for it%'`);
    await expect.poll(stored).toEqual([]);
    tick(30_000);
    await runDurableObjectAlarm(stubOf(streamId));
    expect(await heard(show)).toMatchObject({ message: null, coins: 10 });
  });
});

describe('the message of a gift outside of a stream', () => {
  it('obeys the blocked words and bans of the creator', async () => {
    const [viewer, moderator, banned] = [await richViewer(), await richViewer(), await richViewer()];
    const creator = await asCreator();
    const ctx = testContext();
    await ctx.db
      .update(channels)
      .set({ blockedWords: ['spoiler'], heldWords: ['m*be'] })
      .where(eq(channels.id, creator.channelId));
    await keepOrder(creator.channelId, moderator);
    const { channelId, userId } = creator;
    await banFromChannel(ctx, { channelId, userId: banned.userId, bannedBy: userId, reason: null });
    const to = { recipientId: creator.userId };
    for (const message of ['my spoiler', 'maybe'])
      expect((await tip(viewer, to, message)).data.messageRefused).toEqual({ code: 'BLOCKED_WORDS' });
    expect((await tip(viewer, to, 'for you')).data).toMatchObject({ message: 'for you' });
    expect((await tip(moderator, to, 'my spoiler')).data).toMatchObject({ message: 'my spoiler' });
    expect((await tip(banned, to, 'hello')).data.messageRefused).toEqual({ code: 'BANNED' });
    expect(await coinsOf(banned.userId)).toBe(990);
  });
});

describe('deleting the message of a gift', () => {
  it('removes it from the room, the replay and every list, but keeps the gift', async () => {
    const [viewer, creator] = [await richViewer(), await asCreator()];
    const streamId = await anOpenStream(creator);
    const witness = await joinRoom(streamId, aGuest());
    const key = once();
    const { data } = await tip(viewer, { streamId }, 'regrets', key);
    const { seq } = await witness.next('gift-sent', ({ message }) => message === 'regrets');
    const path = `sessions/${streamId}/chat/${data.id}`;
    expect((await creator.delete(path)).status).toBe(200);
    const deleted = await witness.next('message-deleted');
    expect(deleted).toMatchObject({ messageId: data.id, userId: viewer.userId, seq: seq + 1 });
    expect(deleted).not.toHaveProperty('deletedBy');
    expect((await creator.delete(path)).status).toBe(200);
    const replayed = await joinRoom(streamId, aGuest(), { since: 0 });
    expect(await replayed.next('gift-sent')).toMatchObject({ id: data.id, message: null, coins: 10 });
    expect(replayed.eventsOf('message-deleted')).toHaveLength(1);
    for (const answer of [
      await viewer.get('payment/gifts-sent'),
      await creator.get('payment/gifts-received'),
      await creator.get('earnings/history'),
    ]) {
      expect(answer.status).toBe(200);
      expect(JSON.stringify(answer.data)).toContain(data.id);
      expect(JSON.stringify(answer.data)).not.toContain('regrets');
    }
    expect((await tip(viewer, { streamId }, 'regrets', key)).data).toEqual({ ...data, message: null });
    expect(await inStorage(streamId, `SELECT 1 FROM events WHERE body LIKE '%regrets%'`)).toEqual([]);
  });

  it('is allowed only to the sender, the creator, a moderator and staff, who are logged', async () => {
    const ctx = testContext();
    const [viewer, creator, moderator] = [await richViewer(), await asCreator(), await asViewer()];
    const streamId = await anOpenStream(creator);
    await keepOrder(creator.channelId, moderator);
    const staff = await asStaff('admin_l1');
    const wordsOf = async (id: string) =>
      (
        await ctx.db
          .select()
          .from(giftsSent)
          .where(and(eq(giftsSent.id, id), isNull(giftsSent.wordsHiddenAt)))
      )[0]?.message ?? null;
    for (const [who, expected] of [
      [await asViewer(), 403],
      [await asCreator(), 403],
      [await asStaff('support'), 403],
      [viewer, 200],
      [creator, 200],
      [moderator, 200],
      [staff, 200],
    ] as const) {
      const sender = expected === 403 || who === viewer ? viewer : await richViewer();
      const { data } = await tip(sender, { streamId }, `words for ${who.userId}`);
      const { status } = await who.delete(`sessions/${streamId}/chat/${data.id}`);
      expect(status).toBe(expected);
      expect(await wordsOf(data.id)).toBe(expected === 200 ? null : data.message);
      const logged = await ctx.db.select().from(staffLog).where(eq(staffLog.targetId, data.id));
      expect(logged).toHaveLength(who === staff ? 1 : 0);
    }
    const { data } = await tip(viewer, { streamId }, 'of this stream');
    const elsewhere = await anOpenStream(await asCreator());
    expect((await viewer.delete(`sessions/${elsewhere}/chat/${data.id}`)).error.code).toBe('MESSAGE_NOT_FOUND');
  });

  it('keeps it hidden even if the room is told of the deletion before the gift', async () => {
    const streamId = await anOpenStream(await asCreator());
    const room = roomOf(streamId);
    const witness = await joinRoom(streamId, aGuest());
    const giftId = newId();
    await room.apply(newId(), { type: 'delete-gift-words', giftId, by: newId() });
    await evictDurableObject(stubOf(streamId));
    const event = { ...aGift(), id: giftId, message: 'too late' };
    await room.apply(newId(), { type: 'event', event });
    expect(await witness.next('gift-sent')).toMatchObject({ message: null });
  });
});

/** The emotes of a room's host in its chat: where a message shows them, for whom, and how seldom the room asks for them. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { client } from '#test/support/api';
import { form, picture } from '#test/support/files';
import {
  aUser,
  eventually,
  inStorage,
  joinRoom,
  openRoom,
  roomOf,
  setupOf,
  startClock,
  stopClock,
  stubOf,
} from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asViewer, type Person } from '#test/support/users';
import { StreamRoom } from '@/room/stream-room';
import { newId } from '@/shared/ids';
import { SECOND_MS } from '@/shared/time';

afterEach(startClock);

async function add(creator: Person, name: string, subscribersOnly = false) {
  const fields = { name, subscribersOnly: String(subscribersOnly) };
  const { status, data } = await creator.post('stream/emotes', form('file', picture(8, 8), fields));
  expect(status).toBe(201);
  return data as { id: string; name: string; url: string };
}

/** A live stream of a creator with two emotes, one of them for subscribers. */
async function openStream() {
  const creator = await asCreator();
  const fish = await add(creator, 'fish');
  const gold = await add(creator, 'gold', true);
  const roomId = await anOpenStream(creator);
  return { creator, roomId, room: roomOf(roomId), fish, gold };
}

/** Until the room has heard that there are others. */
const told = (roomId: string) =>
  eventually(async () => expect(await inStorage(roomId, "SELECT 1 FROM meta WHERE key = 'emotes'")).toEqual([]));

const rangeOf = ({ id, name, url }: { id: string; name: string; url: string }, start: number) => ({
  ...{ id, name, url, start },
  end: start + name.length + 2,
});

/** How often rooms read from D1. */
const countReads = () => vi.spyOn(Object.getPrototypeOf(env.DB), 'prepare');

describe('a message', () => {
  it('says where it shows emotes, in the event and in the history over HTTP', async () => {
    const { roomId, fish } = await openStream();
    const writer = await joinRoom(roomId);
    const text = '👋🏽 :fish: and :nothing: :fish:';
    expect(await writer.say(text)).toMatchObject({ type: 'ack' });
    const emotes = [rangeOf(fish, 5), rangeOf(fish, 26)];
    expect(await writer.next('new-message')).toMatchObject({ text, emotes });
    const { data } = await client().get(`sessions/${roomId}/chat`);
    expect(data.items).toMatchObject([{ text, emotes }]);
    for (const { start, end } of emotes) expect(text.slice(start, end)).toBe(':fish:');
  });

  it('shows them when it is sent over HTTP', async () => {
    const { roomId, fish } = await openStream();
    const viewer = await asViewer();
    const { status, data } = await viewer.post(`sessions/${roomId}/chat`, { text: ':fish:' });
    expect([status, data.emotes]).toEqual([201, [rangeOf(fish, 0)]]);
    const plain = await viewer.post(`sessions/${roomId}/chat`, { text: 'no colon' });
    expect(plain.data).not.toHaveProperty('emotes');
  });

  it('shows those for subscribers if a subscriber, a moderator or the creator writes it', async () => {
    const { creator, roomId, gold } = await openStream();
    for (const [standing, mayUse] of [
      [{}, false],
      [{ follower: true }, false],
      [{ rank: 'admin_l1' }, false],
      [{ subscriber: true }, true],
      [{ moderator: true }, true],
      [{ creator: true }, true],
    ] as const) {
      const writer = await joinRoom(roomId, aUser(standing, 'creator' in standing ? creator.userId : newId()));
      await writer.say(`I am ${JSON.stringify(standing).replaceAll(':', ' ')} :gold:`);
      const { emotes } = await writer.next('new-message', ({ userId }) => userId === writer.viewer.id);
      expect(
        emotes?.map(({ id }: { id: string }) => id),
        JSON.stringify(standing),
      ).toEqual(mayUse ? [gold.id] : undefined);
    }
  });

  it('shows an emote as soon as it was added, and not once it was removed', async () => {
    const { creator, roomId, fish } = await openStream();
    const writer = await joinRoom(roomId);
    const emotesOf = async (text: string) => {
      await writer.say(text);
      const { emotes = [] } = await writer.next('new-message', (event) => event.text === text);
      return emotes.map(({ name }: { name: string }) => name);
    };
    expect(await emotesOf(':cat: one')).toEqual([]);
    await add(creator, 'cat');
    await told(roomId);
    expect(await emotesOf(':cat: two')).toEqual(['cat']);
    await creator.delete(`stream/emotes/${fish.id}`);
    await told(roomId);
    expect(await emotesOf(':fish: three')).toEqual([]);
    expect(await emotesOf(':cat: four')).toEqual(['cat']);
  });

  it('keeps its emotes while it waits for its release', async () => {
    const creator = await asCreator();
    const fish = await add(creator, 'fish');
    const { roomId, setup, change } = await openRoom({ creatorId: creator.userId });
    await change({ policy: { ...setup.policy, chatDelaySeconds: 1 } });
    const writer = await joinRoom(roomId);
    await writer.say(':fish:');
    expect((await writer.next('new-message')).emotes).toEqual([rangeOf(fish, 0)]);
  });
});

describe('the room', () => {
  it('reads them before the first message with a colon, and never again, not even after it slept', async () => {
    const { roomId } = await openStream();
    const writer = await joinRoom(roomId);
    const reads = countReads();
    const readsOf = () => reads.mock.calls.filter(([query]) => String(query).includes('"emotes"')).length;
    await writer.say('hello');
    expect(readsOf()).toBe(0);
    for (const text of ['one :fish:', 'two :fish:', 'three: no']) await writer.say(text);
    expect(readsOf()).toBe(1);
    await evictDurableObject(stubOf(roomId));
    await roomOf(roomId).say(aUser(), { clientId: newId(), text: ':fish:' });
    expect(readsOf()).toBe(1);
  });

  it('keeps the order of messages that come while it reads', async () => {
    const { roomId } = await openStream();
    const writer = await joinRoom(roomId);
    const texts = ['one :fish:', 'two', 'three :fish:', 'four'];
    for (const text of texts) writer.send({ type: 'send-message', id: newId(), text });
    await writer.next('new-message', ({ text }) => text === 'four');
    expect(writer.eventsOf('new-message').map(({ text }) => text)).toEqual(texts);
  });

  it('takes messages without emotes while it cannot read them, and tries again later', async () => {
    const tick = stopClock();
    const creator = await asCreator();
    const { roomId, room } = await openRoom({ creatorId: creator.userId });
    await add(creator, 'fish');
    const writer = await joinRoom(roomId);
    const broken = vi.spyOn(Object.getPrototypeOf(env.DB), 'prepare').mockImplementation(() => {
      throw new Error('D1 is away');
    });
    expect(await writer.say(':fish: one')).toMatchObject({ type: 'ack' });
    broken.mockRestore();
    await room.say(aUser(), { clientId: newId(), text: ':fish: two' });
    tick(10 * SECOND_MS);
    const later = await room.say(aUser({ readAt: Date.now() }), { clientId: newId(), text: ':fish: three' });
    expect(later).toMatchObject({ ok: true, message: { emotes: [{ name: 'fish' }] } });
    const texts = writer.eventsOf('new-message').map(({ text, emotes }) => [text, emotes?.length ?? 0]);
    expect(texts.slice(0, 2)).toEqual([
      [':fish: one', 0],
      [':fish: two', 0],
    ]);
  });

  it("of a user has the emotes of its host, and another host's after a change", async () => {
    const [first, second] = [await asCreator(), await asCreator()];
    const [fish, cat] = [await add(first, 'fish'), await add(second, 'cat')];
    const { room, change } = await openRoom({ kind: 'user', creatorId: first.userId });
    const shown = async (text: string) => {
      const answer = await room.say(aUser(), { clientId: newId(), text });
      return answer.ok && answer.message.emotes?.map(({ id }) => id);
    };
    expect(await shown(':fish: :cat: one')).toEqual([fish.id]);
    await change({ creatorId: second.userId });
    expect(await shown(':fish: :cat: two')).toEqual([cat.id]);
  });

  it('that was never set up has nothing to read again', async () => {
    const roomId = newId();
    await roomOf(roomId).apply(newId(), { type: 'emotes-changed' });
    await runInDurableObject(stubOf(roomId), (room) => expect(room).toBeInstanceOf(StreamRoom));
    await roomOf(roomId).apply(newId(), { type: 'setup', at: Date.now(), setup: setupOf(roomId) });
    expect(await roomOf(roomId).say(aUser(), { clientId: newId(), text: ':fish:' })).toMatchObject({ ok: true });
  });
});

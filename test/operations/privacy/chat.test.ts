/** What was said in streams, from the words to the end of the account and of the room. */
import { runDurableObjectAlarm } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { describe, expect, it, vi } from 'vitest';
import { asUserWithPassword, PASSWORD, travel } from '#test/support/accounts';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aUser, inStorage, joinRoom, stubOf } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asViewer, type Person } from '#test/support/users';
import { ensureChannel } from '@/domains/live/channels/ensure';
import { roomTraces } from '@/domains/live/rooms/tables';
import { GRACE_MS } from '@/domains/operations/privacy/delete-account';
import { START, writePart } from '@/domains/operations/privacy/document';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import type { ExportPlace } from '@/domains/operations/privacy/tables';
import { sweepOutbox } from '@/queues/outbox';
import { DAY_MS, MINUTE_MS } from '@/shared/time';

const ctx = testContext();
const say = (by: Person, streamId: string, text: string) => by.post('stream/chat/message', { streamId, text });
const tracesOf = (userId: string) => ctx.db.select().from(roomTraces).where(eq(roomTraces.userId, userId));

async function end(creator: Person, streamId: string): Promise<void> {
  expect((await creator.post(`sessions/${streamId}/end`)).status).toBe(200);
  await sweepOutbox(ctx);
  await runDurableObjectAlarm(stubOf(streamId));
}

async function sweep(): Promise<void> {
  await eraseAccounts(ctx);
  await ctx.settle();
  await sweepOutbox(ctx);
  await ctx.settle();
}

async function chatOf(streamId: string) {
  const { data } = await client().get(`stream/chat/${streamId}`);
  return data.items;
}

describe('the export', () => {
  it('has what the user wrote in streams, and nothing of the others', async () => {
    const [creator, person, other] = [await asCreator(), await asViewer(), await asViewer()];
    const streamIds = [await anOpenStream(creator), await anOpenStream(await asCreator())];
    for (const streamId of streamIds) {
      expect((await say(person, streamId, `Hello ${streamId}`)).status).toBe(201);
      await say(other, streamId, 'Not mine');
      travel(10 * MINUTE_MS);
      await runDurableObjectAlarm(stubOf(streamId));
      vi.restoreAllMocks();
    }
    const { data } = await person.get('user/export');
    expect(data.chatMessages).toEqual(
      streamIds.map((streamId) => {
        const [id, createdAt] = [expect.any(String), expect.stringMatching(/^\d{4}-/)];
        return { id, streamId, text: `Hello ${streamId}`, createdAt };
      }),
    );
  });

  it('goes on in the room and behind the message where it stood', async () => {
    const [creator, person] = [await asCreator(), await asViewer()];
    const streamIds = [await anOpenStream(creator), await anOpenStream(await asCreator())];
    const said: string[] = [];
    for (const streamId of streamIds) {
      for (const text of ['one', 'two', 'three']) {
        said.push(`${text} in ${streamId}`);
        await say(person, streamId, said.at(-1) ?? '');
      }
      await ctx.db.insert(roomTraces).values({ userId: person.userId, roomId: streamId });
    }
    let document = '';
    for (let from: ExportPlace | null = START; from; ) {
      const part = await writePart(ctx, person.userId, from, from.list === 'chatMessages' ? 400 : 100_000);
      document += new TextDecoder().decode(part.bytes);
      from = part.next ?? null;
      if (from?.list === 'profile') break;
    }
    const { chatMessages } = JSON.parse(document).data;
    expect(chatMessages.map(({ text }: { text: string }) => text)).toEqual(said);
  });

  it('is the same document however few rooms a part may ask, whether or not they have words', async () => {
    const person = await asViewer();
    const said: string[] = [];
    for (const hasWords of [false, false, true, false, true, true, false]) {
      const streamId = await anOpenStream(await asCreator());
      if (hasWords) said.push(`A word in ${streamId}`);
      if (hasWords) await say(person, streamId, said.at(-1) ?? '');
      await ctx.db.insert(roomTraces).values({ userId: person.userId, roomId: streamId });
    }
    const whole = (await person.get('user/export')).body;
    expect(whole.data.chatMessages.map(({ text }: { text: string }) => text).toSorted()).toEqual(said.toSorted());
    for (const [roomsMax, partCount] of [
      [1, 4], // where a part goes on in a room, that one comes on top
      [3, 2],
      [7, 1],
    ] as const) {
      const parts: Uint8Array<ArrayBuffer>[] = [];
      for (let place: ExportPlace | null = START; place !== null; ) {
        const { bytes, next } = await writePart(ctx, person.userId, place, 50_000, roomsMax);
        parts.push(bytes);
        place = next;
      }
      expect(await new Response(new Blob(parts)).json()).toEqual(whole);
      expect(parts.length).toBe(partCount);
    }
  });
});

describe('after the end of an account', () => {
  it('no room has a word or the name of the user, and neither has what is kept of the room', async () => {
    const [creator, friend] = [await asCreator(), await asViewer()];
    const person = await asUserWithPassword();
    await person.patch('user/profile', { displayName: 'Ada Lovelace' });
    const [live, ended] = [await anOpenStream(await asCreator()), await anOpenStream(creator)];
    for (const streamId of [live, ended]) {
      await say(person, streamId, `A word of Ada in ${streamId}`);
      await say(friend, streamId, 'A word of a friend');
    }
    await end(creator, ended);
    travel(10 * MINUTE_MS);
    await runDurableObjectAlarm(stubOf(live));
    expect(await tracesOf(person.userId)).toHaveLength(2);
    vi.restoreAllMocks();
    expect((await person.delete('user', { body: { password: PASSWORD } })).status).toBe(200);
    expect((await chatOf(ended)).length).toBe(2);
    travel(GRACE_MS + MINUTE_MS);
    await sweep();
    await sweep();

    expect(await tracesOf(person.userId)).toEqual([]);
    for (const streamId of [live, ended]) {
      const { messages } = await ctx.rooms(streamId).history(null, 10);
      expect(messages).toMatchObject([
        { userId: friend.userId, text: 'A word of a friend' },
        { userId: person.userId, text: '', deleted: true, displayName: 'Deleted user' },
      ]);
      expect(JSON.stringify(messages)).not.toMatch(/Ada/);
      expect(JSON.stringify(messages)).not.toContain(person.username);
    }
    const replayed = await joinRoom(live, aUser(), { since: 0 });
    expect(await replayed.next('new-message', ({ userId }) => userId === person.userId)).toMatchObject({ text: '' });
    expect(JSON.stringify(replayed.events())).not.toMatch(/Ada|Lovelace/);

    travel(31 * DAY_MS);
    await runDurableObjectAlarm(stubOf(ended));
    const kept = await (await env.MEDIA.get(`room-logs/${ended}.ndjson`))?.text();
    expect(kept).toContain('"type":"new-message"');
    for (const trace of ['Ada', 'A word', person.userId, person.username, friend.username])
      expect(kept).not.toContain(trace);
    expect(await tracesOf(friend.userId)).toMatchObject([{ roomId: live }]);
  });

  it('its creator’s own rooms have no title of theirs, called off or over', async () => {
    const person = await asUserWithPassword({ role: 'creator', creatorStatus: 'APPROVED' });
    const { id: channelId } = await ensureChannel(ctx, person.userId);
    const own = { userId: person.userId, channelId };
    const over = await anOpenStream(own, { title: 'Mine alone' });
    const planned = await anOpenStream(own, {
      status: 'scheduled',
      scheduledFor: Date.now() + 60 * DAY_MS,
      title: 'Mine too',
    });
    const changes = { title: 'Mine at last', description: 'Mine, all of it' };
    expect((await person.put(`sessions/${planned}`, changes)).status).toBe(200);
    await end(person, over);
    expect((await person.delete('user', { body: { password: PASSWORD } })).status).toBe(200);
    travel(GRACE_MS + MINUTE_MS);
    await sweep();
    await sweep();
    await runDurableObjectAlarm(stubOf(planned));
    for (const roomId of [over, planned]) {
      const stored = JSON.stringify(
        await inStorage(roomId, 'SELECT body FROM events UNION ALL SELECT value FROM meta'),
      );
      expect(stored).toContain('stream-ended');
      expect(stored).not.toMatch(/Mine/);
    }
  });

  it('a room is told by the sweep where the erasure died before it could', async () => {
    const [creator, person] = [await asCreator(), await asUserWithPassword()];
    const streamId = await anOpenStream(creator);
    await say(person, streamId, 'Remember me');
    await end(creator, streamId);
    expect((await person.delete('user', { body: { password: PASSWORD } })).status).toBe(200);
    travel(GRACE_MS + MINUTE_MS);
    await eraseAccounts({ ...ctx, deliver: async () => undefined });
    const newest = async () => (await ctx.rooms(streamId).history(null, 1)).messages[0]?.text;
    expect(await newest()).toBe('Remember me');
    travel(MINUTE_MS);
    await sweepOutbox(ctx);
    expect(await newest()).toBe('');
  });
});

/** The chat with support over its socket: live both ways, in one order with HTTP, and who may be in the room. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { sweepOut } from '#test/support/queues';
import { aUser, eventually, inStorage, joinRoom, passFor, type RoomEvent, stubOf } from '#test/support/rooms';
import { anOpenStream } from '#test/support/streams';
import { asCreator, asStaff, asUser, asViewer, type Person } from '#test/support/users';
import { announceMaintenance } from '@/domains/base/maintenance/announce';
import { readPass } from '@/domains/live/rooms/pass';
import { sweepOutbox } from '@/queues/outbox';
import type { StreamRoom } from '@/room/stream-room';
import { newId } from '@/shared/ids';
import { HOUR_MS, MINUTE_MS, toIso } from '@/shared/time';

async function passTo(person: Person, threadId?: string) {
  const { data, error } = await person.post('support/chat/join', threadId === undefined ? {} : { threadId });
  if (error) throw new Error(error.code);
  expect(new URL(data.wsUrl).pathname).toBe(`/api/v1/stream/${data.threadId}/ws`);
  const pass = await readPass(testContext(), data.pass);
  if (!pass) throw new Error('Not a pass');
  return pass;
}

async function enter(person: Person, threadId?: string, since: number | null = null) {
  const pass = await passTo(person, threadId);
  return { threadId: pass.roomId, ...(await joinRoom(pass.roomId, pass.viewer, { pass, since })) };
}

async function aChat() {
  const [user, agent] = [await asViewer(), await asStaff('support')];
  const theirs = await enter(user);
  const mine = await enter(agent, theirs.threadId);
  await Promise.all([theirs.welcome(), mine.welcome()]);
  return { user, agent, theirs, mine, threadId: theirs.threadId };
}

const messagesIn = (events: RoomEvent[]) =>
  events.filter(({ type }) => type === 'support-message').map(({ seq, message }) => [seq, message.from, message.text]);

describe('a support room', () => {
  it('carries messages both ways, over the socket and HTTP, in one order for all', async () => {
    const { user, agent, theirs, mine, threadId } = await aChat();
    const { messageId, ...ack } = await theirs.say('One');
    expect(ack).toMatchObject({ type: 'ack', seq: 1 });
    expect(await theirs.ask({ type: 'send-message', text: 'Two?', replyTo: messageId })).toMatchObject({
      code: 'REPLY_NOT_FOUND',
    });
    expect(await mine.say('Two')).toMatchObject({ type: 'ack', seq: 2 });
    await agent.post('support/chat/send', { text: 'Three', threadId });
    await Promise.all([theirs.say('Four'), mine.say('Five'), user.post('support/chat/send', { text: 'Six' })]);
    for (const seat of [theirs, mine])
      await eventually(() => expect(messagesIn(seat.events()).map(([seq]) => seq)).toEqual([1, 2, 3, 4, 5, 6]));
    expect(messagesIn(theirs.events())).toEqual(messagesIn(mine.events()));
    const { data } = await user.get('support/chat/messages');
    expect(data.items.map(({ seq, text }: { seq: number; text: string }) => [seq, text]).reverse()).toEqual(
      messagesIn(mine.events()).map(([seq, , text]) => [seq, text]),
    );
  });

  it('acks a repeated message with the same seq and keeps one', async () => {
    const { theirs, user } = await aChat();
    const id = newId();
    expect(await theirs.say('Once', id)).toMatchObject({ type: 'ack', seq: 1 });
    expect(await theirs.say('Once', id)).toMatchObject({ type: 'ack', seq: 1 });
    expect(await theirs.say('Once', id.toUpperCase())).toMatchObject({ type: 'ack', seq: 1, id: id.toUpperCase() });
    expect((await user.get('support/chat/messages')).data.items).toHaveLength(1);
  });

  it('refuses what is too fast, too long or no chat, and stays open', async () => {
    const { theirs } = await aChat();
    for (const text of ['1', '2', '3', '4', '5']) expect((await theirs.say(text)).type).toBe('ack');
    expect(await theirs.say('6')).toMatchObject({ type: 'error', code: 'TOO_FAST', retryAfterMs: 1_500 });
    expect(await theirs.say('x'.repeat(2_001))).toMatchObject({ code: 'MESSAGE_INVALID' });
    expect(await theirs.ask({ type: 'send-reaction', reaction: 'like' })).toMatchObject({ code: 'NOT_ALLOWED' });
    expect(await theirs.ask({ type: 'read', messageId: newId() })).toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
    expect(theirs.isOpen()).toBe(true);
  });

  it('shows read marks from the socket and from HTTP', async () => {
    const { user, theirs, mine, threadId } = await aChat();
    await mine.say('Read me');
    const { message } = await theirs.next('support-message');
    expect(await theirs.ask({ type: 'read', messageId: message.id })).toMatchObject({ type: 'ack' });
    expect(await mine.next('support-read')).toMatchObject({ threadId, messageId: message.id, by: 'user', seq: 1 });
    expect((await user.get('support/chat/messages')).data).toMatchObject({ unread: 0 });
    await theirs.ask({ type: 'read', messageId: message.id });
    await mine.say('And me');
    const second = await theirs.next('support-message', ({ seq }) => seq === 2);
    await user.put(`support/chat/${second.message.id}/read`);
    expect(await mine.next('support-read', ({ seq }) => seq === 2)).toMatchObject({ by: 'user' });
    expect(mine.eventsOf('support-read')).toHaveLength(2);
  });

  it('shows who is typing to the others, at most every few seconds, and stores nothing of it', async () => {
    const { user, theirs, mine } = await aChat();
    for (let times = 0; times < 3; times += 1) await theirs.ask({ type: 'typing' });
    await mine.say('Go on');
    await theirs.next('support-message');
    expect(mine.eventsOf('support-typing')).toEqual([{ type: 'support-typing', userId: user.userId }]);
    expect(theirs.eventsOf('support-typing')).toEqual([]);
  });

  it('replays what was missed, and welcomes with the newest messages', async () => {
    const { user, theirs, agent, threadId } = await aChat();
    await theirs.say('One');
    theirs.leave();
    await agent.post('support/chat/send', { text: 'Two', threadId });
    await agent.post('support/chat/send', { text: 'Three', threadId });
    const again = await enter(user, undefined, 1);
    const welcome = await again.welcome();
    expect(welcome).toMatchObject({ seq: 3, you: { creator: true }, viewerCount: 0 });
    expect(messagesIn(welcome.messages).map(([seq]) => seq)).toEqual([1, 2, 3]);
    expect(messagesIn(again.events()).map(([, , text]) => text)).toEqual(['Two', 'Three']);
    const ahead = await enter(user, undefined, 9);
    expect(await ahead.next('resync')).toMatchObject({ seq: 3 });
  });

  it('sends no viewer counts and stores no messages of its own', async () => {
    const { theirs, threadId } = await aChat();
    await theirs.say('Only in D1');
    expect(theirs.eventsOf('viewer-count')).toEqual([]);
    expect(await inStorage(threadId, 'SELECT * FROM events')).toEqual([]);
    const live = await env.DB.prepare('SELECT count(*) AS count FROM stream_live WHERE stream_id = ?')
      .bind(threadId)
      .first('count');
    expect(live).toBe(0);
  });
});

describe('the door of a support room', () => {
  it('is shut to strangers, guests and a stream’s endpoints', async () => {
    const { threadId } = await aChat();
    const stranger = await asViewer();
    await expect(enter(stranger, threadId)).rejects.toThrow('THREAD_NOT_FOUND');
    for (const path of ['join', 'leave'])
      expect((await stranger.post(`stream/${threadId}/${path}`)).error.code).toBe('STREAM_NOT_FOUND');
    expect((await stranger.get(`stream/chat/${threadId}`)).error.code).toBe('STREAM_NOT_FOUND');
    const forged = passFor(threadId, aUser({ readAt: 0 }, stranger.userId));
    expect(await (await joinRoom(threadId, forged.viewer, { pass: forged })).closed()).toEqual({
      code: 4404,
      reason: 'STREAM_NOT_FOUND',
    });
  });

  it('closes when the user’s session ends and when staff lose the permission', async () => {
    const { user, agent, theirs, mine } = await aChat();
    await eventually(async () => {
      const rooms = await env.DB.prepare(
        `SELECT count(*) AS count FROM last_rooms WHERE kind = 'support' AND user_id IN (?, ?)`,
      )
        .bind(user.userId, agent.userId)
        .first('count');
      expect(rooms).toBe(2);
    });
    await user.post('auth/sign-out');
    expect(await theirs.closed()).toEqual({ code: 4401, reason: 'SESSION_ENDED' });
    const owner = await asStaff('owner');
    await owner.put(`admin/staff/${agent.userId}`, { rank: 'support', denied: ['canManageTickets'] });
    expect(await mine.closed()).toEqual({ code: 4404, reason: 'STREAM_NOT_FOUND' });
  });

  it('closes on country admins, and refuses their older passes, once its user belongs to another country', async () => {
    const [user, admin] = [await asUser({ country: 'DE' }), await asStaff('country_admin', { country: 'DE' })];
    // The user writes over HTTP alone, so they never entered the room.
    const { threadId } = (await user.post('support/chat/send', { text: 'Hallo' })).data;
    const mine = await enter(admin, threadId);
    await mine.welcome();
    const held = await passTo(await asStaff('country_admin', { country: 'DE' }), threadId);
    const owner = await asStaff('owner');
    await owner.put(`admin/user/${user.userId}/country`, { country: 'FR', reason: 'Moved' });
    expect(await mine.closed()).toEqual({ code: 4404, reason: 'STREAM_NOT_FOUND' });
    await user.post('support/chat/send', { text: 'Not for Germany' });
    expect(mine.eventsOf('support-message')).toEqual([]);
    const late = await joinRoom(threadId, held.viewer, { pass: held });
    expect(await late.closed()).toEqual({ code: 4404, reason: 'STREAM_NOT_FOUND' });
  });

  it('closes on a country admin who gets another country', async () => {
    const [user, admin] = [await asUser({ country: 'DE' }), await asStaff('country_admin', { country: 'DE' })];
    const { threadId } = (await user.post('support/chat/send', { text: 'Hallo' })).data;
    const mine = await enter(admin, threadId);
    await mine.welcome();
    await (await asStaff('owner')).put(`admin/staff/${admin.userId}`, { rank: 'country_admin', country: 'FR' });
    expect(await mine.closed()).toEqual({ code: 4404, reason: 'STREAM_NOT_FOUND' });
  });

  it('puts nobody out of a stream, and streams put nobody out of it', async () => {
    const viewer = await asViewer();
    const { threadId } = (await viewer.post('support/chat/join', {})).data;
    const streams = await Promise.all([1, 2, 3, 4, 5].map(async () => anOpenStream(await asCreator())));
    for (const streamId of streams) await viewer.post(`stream/${streamId}/join`);
    await eventually(async () => {
      const { results } = await env.DB.prepare('SELECT room_id FROM last_rooms WHERE user_id = ?')
        .bind(viewer.userId)
        .all<{ room_id: string }>();
      expect(results.map(({ room_id }) => room_id).toSorted()).toEqual([threadId, ...streams].toSorted());
    });
  });

  it('opens again after the room deleted what it held, a day after it was left', async () => {
    const { user, theirs, mine, threadId } = await aChat();
    await theirs.say('Remember me');
    theirs.leave();
    mine.leave();
    await eventually(async () => {
      expect((await testContext().rooms(threadId).viewers()).users).toEqual([]);
    });
    await runInDurableObject(stubOf(threadId), async (room: StreamRoom, state) => {
      state.storage.sql.exec(`UPDATE due SET at = 1 WHERE what = 'archive'`);
      await room.alarm();
    });
    expect(await testContext().rooms(threadId).viewerCount()).toBeNull();
    const again = await enter(user);
    expect(messagesIn((await again.welcome()).messages)).toEqual([[1, 'user', 'Remember me']]);
    expect(await again.say('Here again')).toMatchObject({ type: 'ack', seq: 2 });
  });

  it('logs each answer of staff once, over the socket as over HTTP, and nothing of the user', async () => {
    const { user, agent, theirs, mine, threadId } = await aChat();
    const [first, second] = [newId(), newId()];
    await theirs.say('A question');
    await mine.say('Over the socket', first);
    await mine.say('Over the socket', first);
    const twice = { text: 'Over HTTP, twice at once', threadId, id: second };
    await Promise.all([agent.post('support/chat/send', twice), agent.post('support/chat/send', twice)]);
    const { results } = await env.DB.prepare(
      `SELECT staff_id, subject_id, ip IS NULL AS is_from_socket FROM staff_log
       WHERE target_id = ? AND action = 'support-chat.answer' ORDER BY id`,
    )
      .bind(threadId)
      .all();
    const row = { staff_id: agent.userId, subject_id: user.userId };
    expect(results).toEqual([
      { ...row, is_from_socket: 1 },
      { ...row, is_from_socket: 0 },
    ]);
  });

  it('logs the entry of staff, but not of the user', async () => {
    const { agent, threadId } = await aChat();
    const { results } = await env.DB.prepare('SELECT staff_id, action FROM staff_log WHERE target_id = ?')
      .bind(threadId)
      .all();
    expect(results).toEqual([{ staff_id: agent.userId, action: 'support-chat.enter' }]);
  });
});

describe('maintenance in a support room', () => {
  /** Other files of tests share the isolate, which keeps the window. */
  afterEach(async () => {
    await (await asStaff('owner')).put('admin/maintenance', { maintenance: null });
  });

  /** Sets a window, and delivers its announcement. */
  async function plan(from: number) {
    const window = { from: toIso(from), until: toIso(from + HOUR_MS), message: 'Back soon.' };
    expect((await (await asStaff('admin_l3')).put('admin/maintenance', window)).status).toBe(200);
    const row = await env.DB.prepare('SELECT revision FROM maintenance').first<{ revision: number }>();
    const ctx = testContext();
    await announceMaintenance(ctx, { type: 'announce-maintenance', revision: row?.revision ?? 0, after: null });
    await sweepOut(sweepOutbox, ctx);
    await ctx.settle();
    return window;
  }

  it('lets only staff write, and refuses the user as over HTTP', async () => {
    const { user, theirs, mine } = await aChat();
    await plan(Date.now() - MINUTE_MS);
    await theirs.next('maintenance');
    expect((await user.post('support/chat/send', { text: 'Over HTTP' })).error.code).toBe('MAINTENANCE');
    expect(await theirs.say('Over the socket')).toMatchObject({ type: 'error', code: 'MAINTENANCE' });
    expect(await theirs.ask({ type: 'typing' })).toMatchObject({ type: 'error', code: 'MAINTENANCE' });
    expect(await mine.say('We are back soon')).toMatchObject({ type: 'ack', seq: 1 });
    await eventually(() => expect(messagesIn(theirs.events())).toEqual([[1, 'staff', 'We are back soon']]));
  });

  it('is announced without a seq, so no message is missed or sent twice', async () => {
    const { user, theirs, threadId } = await aChat();
    for (const text of ['One', 'Two', 'Three']) await theirs.say(text);
    const window = await plan(Date.now() + HOUR_MS);
    const event = { type: 'maintenance', streamId: threadId, maintenance: window };
    expect(await theirs.next('maintenance')).toEqual(event);
    const back = await enter(user, undefined, 3);
    expect((await back.welcome()).maintenance).toEqual(window);
    expect(back.eventsOf('support-message')).toEqual([]);
    await theirs.say('Four');
    for (const seat of [theirs, back]) expect(await seat.next('support-message', ({ seq }) => seq === 4)).toBeDefined();
  });
});

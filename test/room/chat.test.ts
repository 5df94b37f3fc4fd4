import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
import {
  aGuest,
  aUser,
  eventually,
  inStorage,
  joinRoom,
  openPolicy,
  openRoom,
  startClock,
  stopClock,
} from '#test/support/rooms';
import { aStream } from '#test/support/streams';
import { asCreator, asUser } from '#test/support/users';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';

afterEach(startClock);

describe('a message over the socket', () => {
  it('reaches everybody as it was typed, and its ack has its seq', async () => {
    const { roomId } = await openRoom();
    const writer = aUser({ moderator: true });
    const sender = await joinRoom(roomId, writer);
    const reader = await joinRoom(roomId, aGuest());
    const ack = await sender.say('  <b>Grüße</b> & "all"\n👋  ');
    const event = await reader.next('new-message');
    expect(event).toEqual({
      type: 'new-message',
      seq: ack.seq,
      id: expect.any(String),
      streamId: roomId,
      userId: writer.id,
      username: writer.username,
      displayName: writer.displayName,
      avatarUrl: null,
      badges: ['moderator'],
      text: '<b>Grüße</b> & "all"\n👋',
      at: expect.stringMatching(/^\d{4}-.*Z$/),
      deleted: false,
    });
    expect(await sender.next('new-message')).toEqual({ ...event, clientId: ack.id });
  });

  it('is acknowledged after it is stored', async () => {
    const { roomId } = await openRoom();
    const sender = await joinRoom(roomId);
    const id = newId();
    const { seq } = await sender.say('hello', id);
    expect(await inStorage(roomId, 'SELECT seq, client_id FROM events WHERE message_id IS NOT NULL')).toEqual([
      { seq, client_id: id },
    ]);
  });

  it('sent again after a lost ack gets the same ack and is no second message', async () => {
    const { roomId, stub } = await openRoom();
    const sender = await joinRoom(roomId);
    const id = newId();
    const first = await sender.say('hello', id);
    expect(await sender.say('hello', id)).toEqual(first);
    await evictDurableObject(stub);
    expect(await sender.say('hello', id)).toEqual(first);
    expect(await sender.say('hello', id.toUpperCase())).toEqual({ ...first, id: id.toUpperCase() });
  });

  it('sent twice at once, while the first waits for its frame, is one message with two acks', async () => {
    stopClock();
    const { roomId, room } = await openRoom();
    const sender = await joinRoom(roomId);
    await sender.say('has just made a frame leave');
    const id = newId();
    const frame = { type: 'send-message', id, text: 'twice' };
    sender.send(frame);
    sender.send(frame);
    const overHttp = await room.say(aUser({}, sender.viewer.id), { clientId: id, text: 'twice' });
    await eventually(() => expect(sender.events().filter((event) => event.id === id)).toHaveLength(2));
    const [message, ...others] = sender.eventsOf('new-message').filter(({ text }) => text === 'twice');
    expect(others).toEqual([]);
    expect(sender.eventsOf('ack').filter((ack) => ack.id === id)).toMatchObject([
      { seq: message?.seq },
      { seq: message?.seq },
    ]);
    expect(overHttp).toMatchObject({ ok: true, message: { id: message?.id, seq: message?.seq } });
  });

  it('with the id of somebody else is a message of its own', async () => {
    const { roomId } = await openRoom();
    const [one, other] = [await joinRoom(roomId), await joinRoom(roomId)];
    const id = newId();
    const first = await one.say('mine', id);
    const second = await other.say('mine too', id);
    expect(second.seq).toBe(first.seq + 1);
  });

  it('many at once share frames and are numbered without a gap', async () => {
    const { roomId } = await openRoom();
    const senders = await Promise.all(Array.from({ length: 10 }, () => joinRoom(roomId)));
    const reader = await joinRoom(roomId, aGuest());
    await reader.welcome();
    for (let round = 0; round < 5; round += 1)
      for (const sender of senders) sender.send({ type: 'send-message', id: newId(), text: `round ${round}` });
    await eventually(() => expect(reader.eventsOf('new-message')).toHaveLength(50));
    const seqs = reader.eventsOf('new-message').map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => seqs[0] + index));
    expect(reader.frames.filter((frame) => frame.some(({ type }) => type === 'new-message')).length).toBeLessThan(50);
  });

  it.each([
    ['nothing but spaces', '  \n '],
    ['501 characters', 'é'.repeat(501)],
    ['a control character', 'a\u0007b'],
    ['an override of direction', 'a\u202eb'],
    ['half a character', 'a\ud83d'],
  ])('of %s is refused', async (_, text) => {
    const { roomId } = await openRoom();
    const sender = await joinRoom(roomId);
    expect(await sender.say(text)).toMatchObject({ type: 'error', code: 'MESSAGE_INVALID' });
    expect((await sender.say('👍'.repeat(500))).type).toBe('ack');
  });

  it('by a guest is refused', async () => {
    const { roomId } = await openRoom();
    const guest = await joinRoom(roomId, aGuest());
    expect(await guest.say('hello')).toMatchObject({ type: 'error', code: 'GUESTS_CANNOT_CHAT' });
  });
});

describe('a message over HTTP', () => {
  it('is answered with its seq, reaches the sockets, and is one message however often it is sent', async () => {
    const { roomId, room } = await openRoom();
    const reader = await joinRoom(roomId, aGuest());
    const user = aUser();
    const clientId = newId();
    const answers = await Promise.all([
      room.say(user, { clientId, text: 'hi' }),
      room.say(user, { clientId, text: 'hi' }),
    ]);
    answers.push(await room.say(user, { clientId, text: 'hi' }));
    const event = await reader.next('new-message');
    for (const answer of answers)
      expect(answer).toMatchObject({
        ok: true,
        message: { id: event.id, seq: event.seq, text: 'hi', userId: user.id },
      });
    expect(reader.eventsOf('new-message')).toHaveLength(1);
  });

  it('is held to the same policy as over the socket', async () => {
    const { roomId, room } = await openRoom({ policy: { ...openPolicy, slowModeSeconds: 5 } });
    const user = aUser();
    const client = await joinRoom(roomId, user);
    await client.say('over the socket');
    const answer = await room.say(user, { clientId: newId(), text: 'over HTTP' });
    expect(answer).toMatchObject({ ok: false, code: 'SLOW_MODE' });
    expect(answer.ok || answer.retryAfterMs).toBeLessThanOrEqual(5_000);
  });
});

describe('the policy', () => {
  it('changes at once for an open room, which hears of it', async () => {
    const { roomId, change } = await openRoom();
    const client = await joinRoom(roomId);
    await change({ policy: { ...openPolicy, chatEnabled: false, slowModeSeconds: 3, blockedWords: ['secret'] } });
    expect((await client.next('room-policy')).policy).toEqual({
      isChatEnabled: false,
      isChatDelayed: false,
      chatDelaySeconds: 0,
      isChatFollowersOnly: false,
      isChatSubscribersOnly: false,
      slowModeSeconds: 3,
      minFollowMinutes: 0,
      minAccountHours: 0,
      links: 'allow',
      emotesOnly: false,
      holdFirstMessages: false,
    });
    expect(await client.say('hello')).toMatchObject({ code: 'CHAT_DISABLED' });
  });

  it('that changes while a writer is read again holds for their message and for later ones', async () => {
    const creator = await asCreator();
    const opened = await openRoom({ creatorId: creator.userId, policy: openPolicy });
    await aStream(creator, { id: opened.roomId });
    const outdated = { moderator: true, readAt: Date.now() - 2 * MINUTE_MS };
    const [writer, other] = [await asUser(), aUser()];
    const saying = opened.room.say(aUser(outdated, writer.userId), { clientId: newId(), text: 'hello' });
    await opened.change({ policy: { ...openPolicy, chatEnabled: false } });
    expect(await saying).toMatchObject({ code: 'CHAT_DISABLED' });
    expect(await opened.room.say(other, { clientId: newId(), text: 'hello' })).toMatchObject({ code: 'CHAT_DISABLED' });
  });

  it('slow mode outlives an eviction and says how long to wait', async () => {
    const tick = stopClock();
    const { roomId, stub } = await openRoom({ policy: { ...openPolicy, slowModeSeconds: 60 } });
    const sender = await joinRoom(roomId);
    await sender.say('one');
    tick(20_000);
    await evictDurableObject(stub);
    expect(await sender.say('two')).toMatchObject({ code: 'SLOW_MODE', retryAfterMs: 40_000 });
    tick(40_000);
    expect(await sender.say('two')).toMatchObject({ type: 'ack' });
  });

  it('holds a duplicate up for half a minute, whatever came between, also after an eviction', async () => {
    const tick = stopClock();
    const { roomId, stub } = await openRoom();
    const sender = await joinRoom(roomId);
    await sender.say('Buy THIS');
    tick(5_000);
    await sender.say('Only joking');
    tick(5_000);
    expect(await sender.say('buy this ')).toMatchObject({ code: 'DUPLICATE_MESSAGE', retryAfterMs: 20_000 });
    await evictDurableObject(stub);
    expect(await sender.say('Вuу thіѕ')).toMatchObject({ code: 'DUPLICATE_MESSAGE', retryAfterMs: 20_000 });
    tick(20_000);
    expect(await sender.say('buy this')).toMatchObject({ type: 'ack' });
    expect(await sender.say('only joking')).toMatchObject({ code: 'DUPLICATE_MESSAGE', retryAfterMs: 5_000 });
  });

  it('lets a text be written again at once after it was deleted', async () => {
    const { roomId, room } = await openRoom();
    const sender = await joinRoom(roomId);
    await sender.say('Oops');
    await room.deleteMessage((await sender.next('new-message')).id, sender.viewer.id, false);
    expect(await sender.say('oops')).toMatchObject({ type: 'ack' });
  });

  it('gives a message at most ten lines, with blank ones folded into one', async () => {
    const { roomId } = await openRoom();
    const sender = await joinRoom(roomId);
    await sender.say('\r\na\r\n\u200b\r\n\r\nb\n');
    expect(await sender.next('new-message')).toMatchObject({ text: 'a\n\nb' });
    expect(await sender.say('a\n'.repeat(11))).toMatchObject({
      code: 'MESSAGE_INVALID',
      message: expect.stringContaining('10 lines'),
    });
  });
});

describe('one person', () => {
  it('may write five messages at once and one in a second and a half, over sockets, HTTP and reconnects', async () => {
    const tick = stopClock();
    const { roomId, room } = await openRoom();
    const user = aUser({ creator: true });
    const [one, other] = [await joinRoom(roomId, user), await joinRoom(roomId, user)];
    await one.say('1');
    await other.say('2');
    await room.say(user, { clientId: newId(), text: '3' });
    other.leave();
    await (await joinRoom(roomId, user)).say('4');
    expect(await one.say('5')).toMatchObject({ type: 'ack' });
    const again = await joinRoom(roomId, user);
    for (const client of [one, again])
      expect(await client.say('6')).toMatchObject({ code: 'TOO_FAST', retryAfterMs: 1_500 });
    expect(await room.say(user, { clientId: newId(), text: '6' })).toMatchObject({
      code: 'TOO_FAST',
      retryAfterMs: 1_500,
    });
    expect(await (await joinRoom(roomId)).say('somebody else')).toMatchObject({ type: 'ack' });
    tick(1_000);
    expect(await one.say('6')).toMatchObject({ code: 'TOO_FAST', retryAfterMs: 500 });
    tick(500);
    expect(await one.say('6')).toMatchObject({ type: 'ack' });
    expect(await one.say('7')).toMatchObject({ code: 'TOO_FAST' });
    tick(7_500);
    for (const text of ['7', '8', '9', '10', '11'])
      expect(await room.say(user, { clientId: newId(), text })).toMatchObject({ ok: true });
    expect(await room.say(user, { clientId: newId(), text: '12' })).toMatchObject({ code: 'TOO_FAST' });
  });

  it('is held to it by a room that was evicted meanwhile', async () => {
    const tick = stopClock();
    const { room, stub } = await openRoom();
    const user = aUser();
    for (const text of ['1', '2', '3', '4', '5']) await room.say(user, { clientId: newId(), text });
    await evictDurableObject(stub);
    expect(await room.say(user, { clientId: newId(), text: '6' })).toMatchObject({
      code: 'TOO_FAST',
      retryAfterMs: 1_500,
    });
    tick(1_500);
    expect(await room.say(user, { clientId: newId(), text: '6' })).toMatchObject({ ok: true });
  });

  it('gets a message acknowledged again, however fast, since it is no second one', async () => {
    stopClock();
    const { roomId } = await openRoom();
    const client = await joinRoom(roomId);
    const id = newId();
    for (let round = 0; round < 8; round += 1) expect(await client.say('once', id)).toMatchObject({ type: 'ack' });
  });
});

describe('a delayed message', () => {
  const policy = { ...openPolicy, chatDelaySeconds: 30 };

  it('is acknowledged without seq and released, numbered, when its time has come', async () => {
    const tick = stopClock();
    const { roomId, stub, room } = await openRoom({ policy });
    const sender = await joinRoom(roomId);
    const id = newId();
    const ack = await sender.say('later', id);
    expect(ack).toEqual({ type: 'ack', id, messageId: expect.any(String), held: 'delay' });
    expect(sender.eventsOf('new-message')).toEqual([]);
    expect((await room.history(null, 10)).messages).toEqual([]);
    tick(29_000);
    await runDurableObjectAlarm(stub);
    expect((await room.history(null, 10)).messages).toEqual([]);
    await evictDurableObject(stub);
    tick(1_500);
    await runDurableObjectAlarm(stub);
    const event = await sender.next('new-message');
    expect(event).toMatchObject({ text: 'later', seq: 2 });
    const { held: _waits, ...shown } = ack;
    expect(await sender.say('later', id)).toEqual({ ...shown, seq: 2 });
    expect((await room.figures()).messages).toBe(1);
  });

  it('lets those pass at once who keep order', async () => {
    const { roomId } = await openRoom({ policy });
    const creator = await joinRoom(roomId, aUser({ creator: true }));
    expect(await creator.say('welcome all')).toMatchObject({ type: 'ack', seq: 2 });
  });

  it.each([
    ['banned', 'ban'],
    ['timed out', 'timeout'],
    ['kicked', 'kick'],
    ['shut out by a block', 'standing-changed'],
    ['forgotten', 'forget-user'],
  ])('that is still in the buffer never comes out once its writer is %s', async (_, action) => {
    const tick = stopClock();
    const { roomId, stub, room } = await openRoom({ policy });
    const writer = aUser();
    const other = await joinRoom(roomId);
    await other.say('has just made a frame leave');
    const said = room.say(writer, { clientId: newId(), text: 'not for you' });
    const by = newId();
    if (action === 'ban') await room.apply(newId(), { type: 'ban', userId: writer.id, reason: null, by });
    else if (action === 'timeout') await room.moderate(by, { action, userId: writer.id, seconds: 5, reason: null });
    else if (action === 'kick') await room.moderate(by, { action, userId: writer.id, reason: null });
    else if (action === 'forget-user') await room.apply(newId(), { type: action, userId: writer.id });
    else await room.apply(newId(), { type: 'standing-changed', userId: writer.id }); // has no account
    expect(await said).toMatchObject({ ok: true });
    tick(60_000);
    await runDurableObjectAlarm(stub);
    expect((await room.history(null, 10)).messages.map(({ text }) => text)).toEqual(['has just made a frame leave']);
    expect(await inStorage(roomId, `SELECT 1 FROM pending WHERE body LIKE '%not for you%'`)).toEqual([]);
  });

  it('is never seen if it is deleted, or its writer is timed out, before', async () => {
    const tick = stopClock();
    const { roomId, stub, room } = await openRoom({ policy });
    const [one, other] = [await joinRoom(roomId), await joinRoom(roomId)];
    await one.say('to be deleted');
    await other.say('to be timed out');
    const [first] = await inStorage<{ message_id: string }>(
      roomId,
      'SELECT message_id FROM pending ORDER BY message_id',
    );
    expect(await room.deleteMessage(first?.message_id ?? '', newId(), true)).toEqual({ ok: true });
    await room.moderate(newId(), { action: 'timeout', userId: other.viewer.id, seconds: 10, reason: null });
    tick(60_000);
    await runDurableObjectAlarm(stub);
    expect((await room.history(null, 10)).messages).toEqual([]);
    expect(await inStorage(roomId, `SELECT 1 FROM pending WHERE body LIKE '%to be%'`)).toEqual([]);
  });
});

describe('deleting a message', () => {
  it('erases its text everywhere, tells the room, and is safe to repeat', async () => {
    const { roomId, room } = await openRoom();
    const author = await joinRoom(roomId);
    await author.say('regrets');
    const { id, seq } = await author.next('new-message');
    expect(await room.deleteMessage(id, newId(), false)).toMatchObject({ ok: false, code: 'NOT_ALLOWED' });
    expect(await room.deleteMessage(id, author.viewer.id, false)).toEqual({ ok: true });
    expect(await room.deleteMessage(id, author.viewer.id, false)).toEqual({ ok: true });
    expect(await author.next('message-deleted')).toMatchObject({ messageId: id, seq: seq + 1 });
    expect(author.eventsOf('message-deleted')).toHaveLength(1);
    expect((await room.history(null, 10)).messages).toMatchObject([{ id, seq, text: '', deleted: true }]);
    expect(await inStorage(roomId, `SELECT 1 FROM events WHERE body LIKE '%regrets%'`)).toEqual([]);
    expect(await room.deleteMessage(newId(), author.viewer.id, true)).toMatchObject({ code: 'MESSAGE_NOT_FOUND' });
  });
});

describe('history', () => {
  it('pages from the newest to the oldest by seq', async () => {
    const { room } = await openRoom();
    for (let index = 1; index <= 5; index += 1) await room.say(aUser(), { clientId: newId(), text: `m${index}` });
    const first = await room.history(null, 2);
    expect(first.messages.map(({ text }) => text)).toEqual(['m5', 'm4']);
    const second = await room.history(first.nextBefore, 2);
    expect(second.messages.map(({ text }) => text)).toEqual(['m3', 'm2']);
    const last = await room.history(second.nextBefore, 2);
    expect(last.messages.map(({ text }) => text)).toEqual(['m1']);
    expect(last.nextBefore).toBeNull();
  });
});

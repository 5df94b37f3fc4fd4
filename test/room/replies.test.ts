/** Answers to messages, people whom a text names, and what the author's own sockets get of a message. */
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { afterEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
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
import { asUser } from '#test/support/users';
import { block } from '@/domains/people/social/block';
import { newId } from '@/shared/ids';

afterEach(startClock);

const delayed = { ...openPolicy, chatDelaySeconds: 30 };

/** A room with a message that everyone has seen. */
async function withMessage(text = 'What a goal!', policy = openPolicy) {
  const opened = await openRoom({ policy });
  const author = await joinRoom(opened.roomId, aUser({ moderator: true }));
  const { messageId } = await author.say(text);
  return { ...opened, author, parentId: String(messageId) };
}

describe('a reply', () => {
  it('shows whom and what it answers, live, in the history, in a replay and to those who come', async () => {
    const { roomId, room, stub, author, parentId } = await withMessage();
    const { id: userId, username, displayName } = author.viewer as ReturnType<typeof aUser>;
    const writer = await joinRoom(roomId);
    const ack = await writer.ask({ type: 'send-message', text: 'It was', replyTo: parentId.toUpperCase() });
    expect(ack).toMatchObject({ type: 'ack' });
    const replyTo = { id: parentId, userId, username, displayName, text: 'What a goal!' };
    expect(await author.next('new-message', ({ text }) => text === 'It was')).toMatchObject({ replyTo });
    await evictDurableObject(stub);
    expect((await room.history(null, 1)).messages[0]).toMatchObject({ text: 'It was', replyTo });
    const late = await joinRoom(roomId, aGuest(), { since: ack.seq - 1 });
    expect((await late.welcome()).messages.at(-1)).toMatchObject({ replyTo });
    expect((await late.next('new-message')).replyTo).toEqual(replyTo);
    expect(await writer.ask({ type: 'send-message', id: ack.id, text: 'It was', replyTo: parentId })).toEqual(ack);
  });

  it('over HTTP answers what it answers, also when it is sent again', async () => {
    const { room, parentId } = await withMessage();
    const [user, draft] = [aUser(), { clientId: newId(), text: 'Yes', replyTo: parentId }];
    for (let time = 0; time < 2; time += 1)
      expect(await room.say(user, draft)).toMatchObject({ ok: true, message: { replyTo: { id: parentId } } });
  });

  it('over HTTP that waits says so, and why', async () => {
    const { room, parentId } = await withMessage('What a goal!', { ...openPolicy, heldWords: ['maybe'] });
    const draft = { clientId: newId(), text: 'Maybe', replyTo: parentId };
    expect(await room.say(aUser(), draft)).toMatchObject({
      message: { seq: null, held: 'blocked-words', replyTo: { id: parentId } },
    });
  });

  it('has at most 100 characters of the message, in one line and without half a character', async () => {
    const { roomId, parentId } = await withMessage(`one\ntwo ${'👍'.repeat(80)}`);
    const writer = await joinRoom(roomId);
    await writer.ask({ type: 'send-message', text: 'Long', replyTo: parentId });
    const { replyTo } = await writer.next('new-message', ({ text }) => text === 'Long');
    expect(replyTo.text).toMatch(/^one two 👍+…$/u);
    expect(replyTo.text.length).toBeLessThanOrEqual(100);
  });

  it('to a message that is not there is refused, and does not count as a message', async () => {
    const { roomId, room, parentId, author } = await withMessage();
    const writer = await joinRoom(roomId);
    const reply = (replyTo: string) => writer.ask({ type: 'send-message', text: 'Hello?', replyTo });
    expect(await reply(newId())).toMatchObject({ type: 'error', code: 'REPLY_NOT_FOUND' });
    await room.deleteMessage(parentId, author.viewer.id, false);
    expect(await reply(parentId)).toMatchObject({ code: 'REPLY_NOT_FOUND' });
    expect(await writer.say('Hello?')).toMatchObject({ type: 'ack' });
  });

  it('to a message that is withheld or waits is refused', async () => {
    const { roomId, room, parentId, author } = await withMessage('Bad words', delayed);
    const writer = await joinRoom(roomId);
    const { messageId } = await writer.say('Waits');
    expect(await author.ask({ type: 'send-message', text: 'To it', replyTo: messageId })).toMatchObject({
      code: 'REPLY_NOT_FOUND',
    });
    await room.apply(newId(), { type: 'withhold', id: parentId, withheld: true });
    expect(await writer.ask({ type: 'send-message', text: 'To that', replyTo: parentId })).toMatchObject({
      code: 'REPLY_NOT_FOUND',
    });
  });

  it.each(['deletion', 'ban', 'withholding', 'erasure'])(
    'no longer shows what it answers after its %s',
    async (how) => {
      const { roomId, room, stub, parentId, author } = await withMessage('My secret');
      const writer = await joinRoom(roomId);
      const { seq } = await writer.ask({ type: 'send-message', text: 'Really?', replyTo: parentId });
      const userId = author.viewer.id;
      if (how === 'deletion') await room.deleteMessage(parentId, userId, false);
      else if (how === 'ban') await room.apply(newId(), { type: 'ban', userId, reason: null, by: newId() });
      else if (how === 'withholding') await room.apply(newId(), { type: 'withhold', id: parentId, withheld: true });
      else await room.apply(newId(), { type: 'forget-user', userId });
      await evictDurableObject(stub);
      const late = await joinRoom(roomId, aGuest(), { since: seq - 1 });
      const shown = [
        (await late.next('new-message')).replyTo,
        (await late.welcome()).messages.at(-1).replyTo,
        (await room.history(null, 1)).messages[0]?.replyTo,
      ];
      for (const replyTo of shown) {
        expect(replyTo).toMatchObject({ id: parentId, text: '' });
        if (how === 'erasure') expect(replyTo).toMatchObject({ username: 'deleted', displayName: 'Deleted user' });
      }
      if (how === 'deletion' || how === 'erasure')
        expect(await inStorage(roomId, `SELECT 1 FROM events WHERE body LIKE '%secret%'`)).toEqual([]);
    },
  );

  it('shows it again once staff bring it back', async () => {
    const { room, parentId } = await withMessage();
    await room.say(aUser(), { clientId: newId(), text: 'Yes', replyTo: parentId });
    await room.apply(newId(), { type: 'withhold', id: parentId, withheld: true });
    await room.apply(newId(), { type: 'withhold', id: parentId, withheld: false });
    expect((await room.history(null, 1)).messages[0]?.replyTo?.text).toBe('What a goal!');
  });

  it('that waited shows nothing of a message that was deleted meanwhile', async () => {
    const tick = stopClock();
    const { roomId, room, stub, parentId, author } = await withMessage('Wrong', delayed);
    const writer = await joinRoom(roomId);
    await writer.ask({ type: 'send-message', text: 'Why?', replyTo: parentId });
    await room.deleteMessage(parentId, author.viewer.id, false);
    tick(31_000);
    await runDurableObjectAlarm(stub);
    expect((await author.next('new-message', ({ text }) => text === 'Why?')).replyTo).toMatchObject({ text: '' });
    expect(author.eventsOf('user-notification')).toEqual([]);
  });
});

describe('a text with a name', () => {
  it('says where it names people who are here or wrote here lately, and nobody else', async () => {
    const { roomId, room, stub } = await openRoom();
    const [here, gone, never] = [aUser(), aUser(), aUser()];
    await joinRoom(roomId, here);
    await room.say(gone, { clientId: newId(), text: 'bye' });
    await evictDurableObject(stub);
    const text = `😀 @${here.username.toUpperCase()}, (@${gone.username}) @${never.username}`;
    const writer = await joinRoom(roomId);
    await writer.say(text);
    const { mentions } = await writer.next('new-message');
    expect(mentions.map(({ userId }: { userId: string }) => userId)).toEqual([here.id, gone.id]);
    const named = mentions.map(({ start, end }: { start: number; end: number }) => text.slice(start, end));
    expect(named).toEqual([`@${here.username.toUpperCase()}`, `@${gone.username}`]);
    expect((await room.history(null, 1)).messages[0]?.mentions).toEqual(mentions);
  });

  it('does not name someone who wants to be anonymous and only watches', async () => {
    const { roomId } = await openRoom();
    const shy = aUser({ anonymous: true });
    await joinRoom(roomId, shy);
    const writer = await joinRoom(roomId);
    await writer.say(`@${shy.username} are you here?`);
    expect(await writer.next('new-message')).not.toHaveProperty('mentions');
  });

  it('names them by their new name after a rename, and by none once their account is deleted', async () => {
    const { roomId, room } = await openRoom();
    const named = aUser({}, (await asUser()).userId);
    await joinRoom(roomId, named);
    const other = await joinRoom(roomId);
    await other.say(`@${named.username} and @${named.username}! ok`);
    await room.apply(newId(), { type: 'rename-user', userId: named.id, from: named.displayName });
    const [renamed] = (await room.history(null, 1)).messages;
    expect(renamed?.text).toMatch(/^@\w+ and @\w+! ok$/);
    expect(renamed?.text).not.toContain(named.username);
    expect(renamed?.mentions?.map(({ start, end }) => renamed.text.slice(start, end))).toEqual(
      renamed?.text.match(/@\w+/g),
    );
    await room.apply(newId(), { type: 'forget-user', userId: named.id });
    expect((await room.history(null, 1)).messages[0]).toMatchObject({
      text: '@deleted and @deleted! ok',
      mentions: [],
    });
  });

  it('has neither name nor reply left once it is deleted', async () => {
    const { roomId, room, parentId, author } = await withMessage();
    const writer = await joinRoom(roomId);
    const { messageId } = await writer.ask({
      ...{ type: 'send-message', replyTo: parentId },
      text: `@${(author.viewer as ReturnType<typeof aUser>).username} hi`,
    });
    await room.deleteMessage(messageId, writer.viewer.id, false);
    const [message] = (await room.history(null, 1)).messages;
    expect(message).toMatchObject({ deleted: true, text: '' });
    expect(message).not.toHaveProperty('mentions');
    expect(message).not.toHaveProperty('replyTo');
  });
});

describe('a notification in the room', () => {
  it('comes once to every socket of those whom a message names or answers, and not to its author', async () => {
    const { roomId, author, parentId } = await withMessage();
    const named = aUser();
    const sockets = [await joinRoom(roomId, named), await joinRoom(roomId, named)];
    const person = await asUser();
    const user = aUser({}, person.userId);
    const writer = await joinRoom(roomId, user);
    const text = `@${named.username} @${named.username} @${user.username} look`;
    const { messageId, seq } = await writer.ask({ type: 'send-message', text, replyTo: parentId });
    for (const socket of sockets) {
      const { notification, ...rest } = await socket.next('user-notification');
      expect(rest).toEqual({ type: 'user-notification' });
      expect(notification).toMatchObject({
        ...{ kind: 'chat-mention', title: `${person.username} mentioned you`, body: text },
        ...{ data: { streamId: roomId, messageId, seq }, actor: { id: user.id, username: person.username } },
      });
      expect(socket.eventsOf('user-notification')).toHaveLength(1);
    }
    expect((await author.next('user-notification')).notification).toMatchObject({
      ...{ kind: 'chat-reply', data: { messageId } },
    });
    expect(writer.eventsOf('user-notification')).toEqual([]);
  });

  it('is in the language of whoever gets it', async () => {
    const { roomId } = await openRoom();
    const [reader, person] = [await asUser(), await asUser()];
    expect((await reader.put('user/settings', { language: 'de' })).status).toBe(200);
    const named = aUser({}, reader.userId);
    const socket = await joinRoom(roomId, named);
    await (await joinRoom(roomId, aUser({}, person.userId))).say(`@${named.username}`);
    const { notification } = await socket.next('user-notification');
    expect(notification.title).toBe(`${person.username} hat dich erwähnt`);
  });

  it('does not come across a block', async () => {
    const { roomId } = await openRoom();
    const [one, other, third] = [await asUser(), await asUser(), await asUser()];
    await block(testContext(), one.userId, other.userId);
    const [first, second, last] = [aUser({}, one.userId), aUser({}, other.userId), aUser({}, third.userId)];
    const sockets = [await joinRoom(roomId, first), await joinRoom(roomId, second)] as const;
    const witness = await joinRoom(roomId, last);
    await sockets[0].say(`@${second.username} @${last.username}`);
    await sockets[1].say(`@${first.username} @${last.username}`);
    await eventually(() => expect(witness.eventsOf('user-notification')).toHaveLength(2));
    for (const socket of sockets) expect(socket.eventsOf('user-notification')).toEqual([]);
  });

  it('waits with a delayed message, and never comes if that is deleted before', async () => {
    const tick = stopClock();
    const { roomId, room, stub } = await openRoom({ policy: delayed });
    const named = aUser();
    const socket = await joinRoom(roomId, named);
    const writer = await joinRoom(roomId, aUser({}, (await asUser()).userId));
    const { messageId } = await writer.say(`@${named.username} dropped`);
    await writer.say(`@${named.username} kept`);
    await room.deleteMessage(messageId, writer.viewer.id, false);
    expect(socket.eventsOf('user-notification')).toEqual([]);
    tick(31_000);
    await runDurableObjectAlarm(stub);
    expect((await socket.next('user-notification')).notification.body).toBe(`@${named.username} kept`);
    expect(socket.eventsOf('user-notification')).toHaveLength(1);
  });
});

describe("the author's own line", () => {
  it('is acknowledged with its id, at once, when it waits and when it is sent again', async () => {
    const tick = stopClock();
    const { roomId, stub } = await openRoom({ policy: delayed });
    const sender = await joinRoom(roomId);
    const id = newId();
    const { messageId, ...ack } = await sender.say('later', id);
    expect(ack).toEqual({ type: 'ack', id, held: 'delay' });
    expect(messageId).toEqual(expect.any(String));
    expect(await sender.say('later', id)).toEqual({ type: 'ack', id, messageId, held: 'delay' });
    tick(31_000);
    await runDurableObjectAlarm(stub);
    expect(await sender.next('new-message')).toMatchObject({ id: messageId, clientId: id });
    expect(await sender.say('later', id)).toEqual({ type: 'ack', id, seq: 2, messageId });
  });

  it("has the client's id on all of the author's sockets and on nobody else's, however it was sent", async () => {
    const { roomId, room } = await openRoom();
    const user = aUser();
    const [one, other, stranger] = [await joinRoom(roomId, user), await joinRoom(roomId, user), await joinRoom(roomId)];
    const [first, second] = [newId(), newId()];
    await one.say('over the socket', first.toUpperCase());
    await room.say(user, { clientId: second, text: 'over HTTP' });
    for (const socket of [one, other]) {
      await eventually(() => expect(socket.eventsOf('new-message')).toHaveLength(2));
      expect(socket.eventsOf('new-message').map(({ clientId }) => clientId)).toEqual([first, second]);
    }
    await eventually(() => expect(stranger.eventsOf('new-message')).toHaveLength(2));
    for (const event of stranger.eventsOf('new-message')) expect(event).not.toHaveProperty('clientId');
  });

  it("has the client's id again when the author comes back", async () => {
    const { roomId, room } = await openRoom();
    const user = aUser();
    const clientId = newId();
    await room.say(user, { clientId, text: 'mine' });
    const [back, stranger] = [
      await joinRoom(roomId, user, { since: 1 }),
      await joinRoom(roomId, aUser(), { since: 1 }),
    ];
    expect((await back.welcome()).messages).toMatchObject([{ clientId }]);
    expect(await back.next('new-message')).toMatchObject({ clientId });
    expect((await stranger.welcome()).messages[0]).not.toHaveProperty('clientId');
    expect(await stranger.next('new-message')).not.toHaveProperty('clientId');
  });
});

/** A room's moderation log, driven by the room's own calls, and what of it reaches which sockets. */
import { evictDurableObject } from 'cloudflare:test';
import { expect, it } from 'vitest';
import { aGift, aGuest, aUser, joinRoom, openPolicy, openRoom } from '#test/support/rooms';
import { asUser } from '#test/support/users';
import type { Room, RoomUser } from '@/contracts/room';
import { newId } from '@/shared/ids';

const logOf = async (room: Awaited<ReturnType<typeof openRoom>>['room']) =>
  (await room.moderationLog(null, 100)).entries.map(({ action, by, userId, text, reason }) => ({
    action,
    by,
    userId,
    text,
    reason,
  }));

it('says who did what to whom, with the text and the reason, newest first, also after an eviction', async () => {
  const { room, stub } = await openRoom();
  const [user, by] = [aUser(), newId()];
  const said = await room.say(user, { clientId: newId(), text: 'buy this' });
  if (!said.ok) throw new Error(said.code);
  const gift = aGift(user, aUser(), 'cheap');
  await room.apply(newId(), { type: 'event', event: gift });
  await room.deleteMessage(said.message.id, by, true);
  await room.deleteMessage(said.message.id, by, true);
  await room.apply(newId(), { type: 'delete-gift-words', giftId: gift.id, by });
  await room.moderate(by, { action: 'timeout', userId: user.id, seconds: 60, reason: 'spam' });
  await room.moderate(by, { action: 'end-timeout', userId: user.id });
  await room.moderate(by, { action: 'kick', userId: user.id, reason: null });
  await room.apply(newId(), { type: 'ban', userId: user.id, reason: 'again', by });
  await room.apply(newId(), { type: 'ban', userId: user.id, reason: 'twice', by });
  await room.apply(newId(), { type: 'unban', userId: user.id, by });
  await evictDurableObject(stub);
  const act = { by, userId: user.id, text: null, reason: null };
  expect(await logOf(room)).toEqual([
    { ...act, action: 'unban' },
    { ...act, action: 'ban', reason: 'again' },
    { ...act, action: 'kick' },
    { ...act, action: 'end-timeout' },
    { ...act, action: 'timeout', reason: 'spam' },
    { ...act, action: 'delete-message', text: 'cheap' },
    { ...act, action: 'delete-message', text: 'buy this' },
  ]);
});

it('leaves out what people do to their own messages', async () => {
  const { room } = await openRoom();
  const user = aUser();
  const said = await room.say(user, { clientId: newId(), text: 'oops' });
  if (!said.ok) throw new Error(said.code);
  await room.deleteMessage(said.message.id, user.id, false);
  expect(await logOf(room)).toEqual([]);
});

it('reaches moderators in the room at once, and no viewer learns who deleted a message', async () => {
  const { roomId, room } = await openRoom();
  const moderator = await joinRoom(roomId, aUser({ moderator: true }));
  const viewer = await joinRoom(roomId);
  const guest = await joinRoom(roomId, aGuest());
  const user = aUser();
  const said = await room.say(user, { clientId: newId(), text: 'buy this' });
  if (!said.ok) throw new Error(said.code);
  const by = newId();
  await room.deleteMessage(said.message.id, by, true);
  expect(await moderator.next('moderation-logged')).toEqual({
    type: 'moderation-logged',
    entry: {
      ...{ id: '1', action: 'delete-message', by, userId: user.id, guestId: null, messageId: said.message.id },
      ...{ text: 'buy this', reason: null, until: null, at: expect.any(String) },
    },
  });
  for (const other of [viewer, guest, moderator])
    expect(await other.next('message-deleted')).toEqual({
      type: 'message-deleted',
      seq: expect.any(Number),
      streamId: roomId,
      messageId: said.message.id,
      userId: user.id,
    });
  for (const other of [viewer, guest]) expect(other.eventsOf('moderation-logged')).toEqual([]);
});

it('does not name the staff who decided, and shows what they brought back', async () => {
  const { room } = await openRoom();
  const user = aUser();
  const said = await room.say(user, { clientId: newId(), text: 'buy this' });
  if (!said.ok) throw new Error(said.code);
  const { id } = said.message;
  await room.apply(newId(), { type: 'withhold', id, withheld: true });
  await room.apply(newId(), { type: 'withhold', id, withheld: false });
  const decisionId = newId();
  await room.apply(newId(), { type: 'withhold-user', userId: user.id, decisionId, withheld: true });
  await room.apply(newId(), { type: 'withhold-user', userId: user.id, decisionId, withheld: false });
  const act = { by: null, userId: user.id, text: null, reason: null };
  expect(await logOf(room)).toEqual([
    { ...act, action: 'restore-messages' },
    { ...act, action: 'delete-messages' },
    { ...act, action: 'restore-message', text: 'buy this' },
    { ...act, action: 'delete-message', text: 'buy this' },
  ]);
});

it.each([
  [
    'with a gift',
    (room: Room, user: RoomUser) => room.apply(newId(), { type: 'event', event: aGift(user, aUser(), 'Bad words') }),
  ],
  ['by a pin', (room: Room, user: RoomUser) => room.pin(user, { text: 'Bad words' })],
  [
    'in a poll',
    (room: Room, user: RoomUser) => room.startPoll(user, { question: 'Bad words', options: ['a', 'b'], seconds: 60 }),
  ],
] as const)('a decision of staff about an account also hides what its user said only %s', async (_, say) => {
  const { roomId, room } = await openRoom();
  const user = aUser({ moderator: true });
  await say(room, user);
  const decisionId = newId();
  await room.apply(newId(), { type: 'withhold-user', userId: user.id, decisionId, withheld: true });
  const textIn = async () => {
    const late = await joinRoom(roomId, aGuest(), { since: 0 });
    await late.next('stream-started');
    return JSON.stringify(late.events()).includes('Bad words');
  };
  expect(await textIn()).toBe(false);
  await room.apply(newId(), { type: 'withhold-user', userId: user.id, decisionId, withheld: false });
  expect(await textIn()).toBe(true);
});

it('keeps no text that the export of its writer lacks, also of messages that waited', async () => {
  const { room } = await openRoom({ policy: { ...openPolicy, heldWords: ['maybe'] } });
  const [user, by] = [aUser(), newId()];
  const say = async (text: string) => {
    const said = await room.say(user, { clientId: newId(), text });
    if (!said.ok) throw new Error(said.code);
    return said.message.id;
  };
  const [waits, dropped, deleted, allowed] = [
    await say('maybe 1'),
    await say('maybe 2'),
    await say('maybe 3'),
    await say('maybe 4'),
  ];
  await room.resolveHeld(dropped, 'drop', by);
  await room.deleteMessage(deleted, by, true);
  await room.resolveHeld(allowed, 'allow', by);
  await room.deleteMessage(allowed, user.id, false);
  const all = await room.messagesOf(user.id, 0, 10);
  expect(all.map(({ id, text }) => [id, text])).toEqual([
    [allowed, 'maybe 4'],
    [waits, 'maybe 1'],
    [dropped, 'maybe 2'],
    [deleted, 'maybe 3'],
  ]);
  for (const [index, { seq }] of all.entries())
    expect(await room.messagesOf(user.id, seq ?? 0, 10)).toEqual(all.slice(index + 1));
  await room.apply(newId(), { type: 'forget-user', userId: user.id });
  expect(await room.messagesOf(user.id, 0, 10)).toEqual([]);
});

it('erases texts and reasons about a deleted account, and keeps the act', async () => {
  const { room } = await openRoom();
  const [user, by] = [aUser(), newId()];
  const said = await room.say(user, { clientId: newId(), text: 'my name is Mia' });
  if (!said.ok) throw new Error(said.code);
  await room.deleteMessage(said.message.id, by, true);
  await room.moderate(by, { action: 'timeout', userId: user.id, seconds: 60, reason: 'Mia writes spam' });
  expect((await room.messagesOf(user.id, 0, 10)).map(({ text, deleted }) => ({ text, deleted }))).toEqual([
    { text: 'my name is Mia', deleted: true },
  ]);
  await room.apply(newId(), { type: 'forget-user', userId: user.id });
  expect(await room.messagesOf(user.id, 0, 10)).toEqual([]);
  const act = { by, userId: user.id, text: null, reason: null };
  expect(await logOf(room)).toEqual([
    { ...act, action: 'timeout' },
    { ...act, action: 'delete-message' },
  ]);
});

it('names whom a text mentions by their new name, and nobody once that account is deleted', async () => {
  const { roomId, room } = await openRoom({ policy: { ...openPolicy, heldWords: ['maybe'] } });
  const named = aUser({}, (await asUser()).userId);
  await joinRoom(roomId, named);
  const other = await joinRoom(roomId);
  const by = newId();
  for (const text of ['go away', 'maybe go away']) await other.say(`@${named.username} ${text}`);
  const [held] = await room.heldMessages(null, 10);
  await room.resolveHeld(held?.id ?? '', 'drop', by);
  const [shown] = (await room.history(null, 1)).messages;
  await room.deleteMessage(shown?.id ?? '', by, true);
  const texts = async () => (await logOf(room)).map(({ text }) => text);
  expect(await texts()).toEqual([`@${named.username} go away`, `@${named.username} maybe go away`]);
  await room.apply(newId(), { type: 'rename-user', userId: named.id, from: named.displayName });
  expect((await texts()).join()).not.toContain(named.username);
  await room.apply(newId(), { type: 'forget-user', userId: named.id });
  expect(await texts()).toEqual(['@deleted go away', '@deleted maybe go away']);
});

it('comes in pages', async () => {
  const { room } = await openRoom();
  const by = newId();
  for (let seconds = 1; seconds <= 5; seconds += 1)
    await room.moderate(by, { action: 'timeout', userId: newId(), seconds, reason: String(seconds) });
  const first = await room.moderationLog(null, 2);
  const second = await room.moderationLog(first.nextBefore, 2);
  const third = await room.moderationLog(second.nextBefore, 2);
  const reasons = [first, second, third].map(({ entries }) => entries.map(({ reason }) => reason));
  expect(reasons).toEqual([['5', '4'], ['3', '2'], ['1']]);
  expect(third.nextBefore).toBeNull();
});

it('a kicked guest leaves, and older passes of theirs are void, but not those of others', async () => {
  const { roomId, room } = await openRoom();
  const [guest, other] = [aGuest(), aGuest()];
  const [seat, witness] = [await joinRoom(roomId, guest), await joinRoom(roomId, other)];
  const resume = await seat.resumePass();
  await room.moderate(newId(), { action: 'kick', guestId: guest.id, reason: 'ten accounts' });
  expect(await seat.closed()).toEqual({ code: 4403, reason: 'KICKED' });
  expect(await seat.next('user-kicked')).toMatchObject({ userId: guest.id, reason: 'ten accounts' });
  expect(await (await joinRoom(roomId, guest, { pass: resume })).closed()).toMatchObject({ code: 4401 });
  await (await joinRoom(roomId, guest)).welcome();
  expect(witness.eventsOf('user-kicked')).toEqual([]);
});

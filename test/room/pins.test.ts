import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { aGuest, aUser, inStorage, joinRoom, openPolicy, openRoom } from '#test/support/rooms';
import { asUser } from '#test/support/users';
import { newId } from '@/shared/ids';

/** A room with a message that everyone has seen, and a moderator. */
async function withMessage(author = aUser()) {
  const opened = await openRoom();
  const answer = await opened.room.say(author, { clientId: newId(), text: 'Read this' });
  return { ...opened, author, mod: aUser({ moderator: true }), messageId: answer.ok ? answer.message.id : '' };
}

describe('a pin', () => {
  it('is told to everyone, is there for those who come, and only those in charge learn who set it', async () => {
    const { roomId, room, stub, mod, author, messageId } = await withMessage();
    const [viewer, other] = [await joinRoom(roomId, aGuest()), await joinRoom(roomId, aUser({ moderator: true }))];
    const answer = await room.pin(mod, { messageId });
    const message = { id: messageId, seq: 2, userId: author.id, username: author.username, text: 'Read this' };
    expect(answer).toMatchObject({ ok: true, pin: { message, by: mod.id } });
    const event = await viewer.next('message-pinned');
    expect(event).toMatchObject({ seq: 3, streamId: roomId, pin: { message } });
    expect(event.pin).not.toHaveProperty('by');
    expect((await other.next('message-pinned')).pin).toEqual({ ...event.pin, by: mod.id });
    await evictDurableObject(stub);
    const late = await joinRoom(roomId, aGuest(), { since: 2 });
    expect((await late.welcome()).pin).toEqual(event.pin);
    expect((await late.next('message-pinned')).pin).toEqual(event.pin);
    expect((await (await joinRoom(roomId, aUser({ creator: true }))).welcome()).pin).toEqual({
      ...event.pin,
      by: mod.id,
    });
  });

  it('replaces the one before, and a repeat tells nobody', async () => {
    const { roomId, room, mod, messageId } = await withMessage();
    const viewer = await joinRoom(roomId, aGuest());
    expect(await room.pin(mod, { messageId })).toMatchObject({ isNew: true });
    expect(await room.pin(aUser({ creator: true }), { messageId })).toMatchObject({
      isNew: false,
      pin: { by: mod.id },
    });
    for (let time = 0; time < 2; time += 1) await room.pin(mod, { text: 'New rules' });
    const { id, username, displayName } = mod;
    const announcement = {
      userId: id,
      username,
      displayName,
      avatarUrl: null,
      badges: ['moderator'],
      text: 'New rules',
    };
    expect((await viewer.next('message-pinned', ({ pin }) => pin.announcement)).pin).toMatchObject({ announcement });
    expect(viewer.eventsOf('message-pinned')).toHaveLength(2);
    expect((await (await joinRoom(roomId)).welcome()).pin).toMatchObject({ announcement });
    expect((await room.history(null, 10)).messages.map(({ text }) => text)).toEqual(['Read this']);
  });

  it('is taken down once, for everyone', async () => {
    const { roomId, room, mod, messageId } = await withMessage();
    const viewer = await joinRoom(roomId, aGuest());
    expect(await room.unpin()).toBe(false);
    await room.pin(mod, { messageId });
    expect(await room.unpin()).toBe(true);
    expect(await room.unpin()).toBe(false);
    expect(await viewer.next('message-unpinned')).toEqual({ type: 'message-unpinned', seq: 4, streamId: roomId });
    expect(viewer.eventsOf('message-unpinned')).toHaveLength(1);
    expect((await (await joinRoom(roomId)).welcome()).pin).toBeNull();
  });

  it.each(['deletion', 'withholding', 'ban', 'time-out', 'erasure'])(
    'is taken down with the %s of its message, which nobody can read from it later',
    async (how) => {
      const { roomId, room, stub, mod, author, messageId } = await withMessage();
      await room.pin(mod, { messageId });
      const viewer = await joinRoom(roomId, aGuest());
      const [userId, by] = [author.id, mod.id];
      if (how === 'deletion') await room.deleteMessage(messageId, by, true);
      else if (how === 'withholding') await room.apply(newId(), { type: 'withhold', id: messageId, withheld: true });
      else if (how === 'ban') await room.apply(newId(), { type: 'ban', userId, reason: null, by });
      else if (how === 'erasure') await room.apply(newId(), { type: 'forget-user', userId });
      else await room.moderate(by, { action: 'timeout', userId, seconds: 60, reason: null, deleteMessages: true });
      await viewer.next('message-unpinned');
      await evictDurableObject(stub);
      const late = await joinRoom(roomId, aGuest(), { since: 2 });
      expect((await late.welcome()).pin).toBeNull();
      expect((await late.next('message-pinned')).pin.message).toMatchObject({ id: messageId, text: '', deleted: true });
      expect(await room.pin(mod, { messageId })).toMatchObject({ ok: false, code: 'MESSAGE_NOT_FOUND' });
    },
  );

  it('stays with a ban that keeps the messages', async () => {
    const { roomId, room, mod, author, messageId } = await withMessage();
    await room.pin(mod, { messageId });
    const ban = { type: 'ban', userId: author.id, reason: null, by: mod.id, deleteMessages: false } as const;
    await room.apply(newId(), ban);
    expect((await (await joinRoom(roomId)).welcome()).pin.message).toMatchObject({ id: messageId });
  });

  it('of an announcement follows the name of its author, and goes with their account', async () => {
    const { roomId, room } = await openRoom();
    const mod = aUser({ moderator: true }, (await asUser()).userId);
    await room.pin(mod, { text: 'My words' });
    const viewer = await joinRoom(roomId, aGuest());
    await room.apply(newId(), { type: 'rename-user', userId: mod.id, from: mod.displayName });
    const late = await joinRoom(roomId, aGuest(), { since: 1 });
    const { announcement } = (await late.welcome()).pin;
    expect(announcement).toMatchObject({ text: 'My words', userId: mod.id });
    expect(announcement.username).not.toBe(mod.username);
    expect((await late.next('message-pinned')).pin.announcement.username).toBe(announcement.username);
    await room.apply(newId(), { type: 'forget-user', userId: mod.id });
    await viewer.next('message-unpinned');
    for (const table of ['events', 'meta'])
      for (const name of ['My words', announcement.username])
        expect(
          await inStorage(
            roomId,
            `SELECT 1 FROM ${table} WHERE ${table}.${table === 'meta' ? 'value' : 'body'} LIKE '%${name}%'`,
          ),
        ).toEqual([]);
  });

  it('is refused for a message that waits, and once the room is over', async () => {
    const { roomId, room, change } = await openRoom({ policy: { ...openPolicy, chatDelaySeconds: 30 } });
    const [mod, writer] = [aUser({ moderator: true }), await joinRoom(roomId)];
    const { messageId } = await writer.say('Waits');
    expect(await room.pin(mod, { messageId })).toMatchObject({ ok: false, code: 'MESSAGE_NOT_FOUND' });
    await change({ status: 'ended', endedAt: Date.now() });
    expect(await room.pin(mod, { text: 'Too late' })).toMatchObject({ ok: false, code: 'ROOM_CLOSED' });
  });
});

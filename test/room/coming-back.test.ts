import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { aGift, aGuest, aUser, eventually, inStorage, joinRoom, openPolicy, openRoom } from '#test/support/rooms';
import { newId } from '@/shared/ids';

describe('an eviction', () => {
  it('keeps the sockets, every acknowledged message and the order of seq', async () => {
    const { roomId, room, stub } = await openRoom();
    const sender = await joinRoom(roomId);
    const reader = await joinRoom(roomId, aGuest());
    for (let index = 0; index < 5; index += 1) {
      expect(await sender.say(`message ${index}`)).toMatchObject({ type: 'ack', seq: index + 2 });
      if (index % 2 === 1) await evictDurableObject(stub);
    }
    await eventually(() => expect(reader.eventsOf('new-message')).toHaveLength(5));
    expect(reader.eventsOf('new-message').map(({ seq }) => seq)).toEqual([2, 3, 4, 5, 6]);
    expect((await room.history(null, 100)).messages).toHaveLength(5);
    expect(await room.figures()).toMatchObject({ viewerCount: 2, messages: 5 });
  });

  it('in the middle of a burst loses no message that was acknowledged and leaves no gap', async () => {
    const { roomId, stub } = await openRoom();
    const senders = await Promise.all(Array.from({ length: 8 }, () => joinRoom(roomId)));
    for (const sender of senders) sender.send({ type: 'send-message', id: newId(), text: 'before' });
    await evictDurableObject(stub, { webSockets: 'close' });
    const late = await joinRoom(roomId);
    await late.say('after');
    const acked = senders.flatMap((sender) => sender.eventsOf('ack').map(({ seq }) => seq));
    const rows = await inStorage<{ seq: number }>(roomId, 'SELECT seq FROM events ORDER BY seq');
    const seqs = rows.map(({ seq }) => seq);
    expect(seqs).toEqual(seqs.map((_, index) => index + 1));
    expect(acked.filter((seq) => !seqs.includes(seq))).toEqual([]);
  });

  it('keeps the policy, the title and the ban', async () => {
    const { roomId, room, stub } = await openRoom({ title: 'Kept', policy: { ...openPolicy, slowModeSeconds: 7 } });
    await evictDurableObject(stub);
    const client = await joinRoom(roomId);
    expect(await client.welcome()).toMatchObject({ title: 'Kept', policy: { slowModeSeconds: 7 } });
    expect(await room.viewers()).toMatchObject({ total: 1 });
  });
});

describe('coming back with `since`', () => {
  it('gets what was missed, in order and before anything new, deleted texts left out', async () => {
    const { roomId, room, stub } = await openRoom();
    const viewer = aUser();
    const client = await joinRoom(roomId, viewer);
    await room.say(aUser(), { clientId: newId(), text: 'seen' });
    const { seq: since } = await client.next('new-message');
    const pass = await client.resumePass();
    client.leave();
    await client.closed();
    const gone = await room.say(aUser(), { clientId: newId(), text: 'secret' });
    await room.say(aUser(), { clientId: newId(), text: 'kept' });
    if (gone.ok) await room.deleteMessage(gone.message.id, newId(), true);
    await evictDurableObject(stub);
    const back = await joinRoom(roomId, viewer, { pass, since });
    await room.say(aUser(), { clientId: newId(), text: 'new' });
    await back.next('new-message', ({ text }) => text === 'new');
    const [first, ...missed] = back.frames[0] ?? [];
    expect(first).toMatchObject({ type: 'welcome', seq: since + 3 });
    expect(missed).toMatchObject([
      { type: 'new-message', seq: since + 1, text: '', deleted: true },
      { type: 'new-message', seq: since + 2, text: 'kept' },
      { type: 'message-deleted', seq: since + 3 },
    ]);
    expect(JSON.stringify(back.frames)).not.toContain('secret');
    const seqs = back.events().flatMap(({ type, seq }) => (type === 'welcome' ? [] : (seq ?? [])));
    expect(seqs).toEqual([since + 1, since + 2, since + 3, since + 4]);
  });

  it('never misses or repeats a message in the middle of a busy chat', async () => {
    const { roomId, room } = await openRoom();
    const senders = await Promise.all(Array.from({ length: 8 }, () => joinRoom(roomId)));
    const talk = async () => {
      for (let round = 0; round < 5; round += 1)
        await Promise.all(senders.map((sender) => sender.say(`round ${round}`)));
    };
    const talking = talk();
    const viewer = aGuest();
    const seen: number[] = [];
    let since = 0;
    for (let visit = 0; visit < 4; visit += 1) {
      const client = await joinRoom(roomId, viewer, { since });
      await eventually(async () => expect((await room.history(null, 1)).messages[0]?.seq).toBeGreaterThan(since));
      client.leave();
      await client.closed();
      const seqs = client.events().flatMap(({ type, seq }) => (type === 'welcome' ? [] : (seq ?? [])));
      seen.push(...seqs);
      since = seen.at(-1) ?? 0;
    }
    await talking;
    const last = await joinRoom(roomId, viewer, { since });
    await last.welcome();
    seen.push(...last.events().flatMap(({ type, seq }) => (type === 'welcome' ? [] : (seq ?? []))));
    expect(seen).toEqual(Array.from({ length: 41 }, (_, index) => index + 1));
  });

  it.each([
    [500, 500, 'new'],
    [501, 1, 'resync'],
  ])('after %i events gets %i: %s', async (count, answers, kind) => {
    const { roomId, room } = await openRoom();
    await Promise.all(Array.from({ length: count }, () => room.apply(newId(), { type: 'event', event: aGift() })));
    const client = await joinRoom(roomId, aGuest(), { since: 1 });
    await client.welcome();
    const [, ...missed] = client.frames[0] ?? [];
    expect(missed).toHaveLength(answers);
    expect(missed[0]).toMatchObject(kind === 'resync' ? { type: 'resync', seq: 502 } : { type: 'gift-sent', seq: 2 });
  });

  it('from ahead of the room, as after a restore, is a resync', async () => {
    const { roomId } = await openRoom();
    const client = await joinRoom(roomId, aGuest(), { since: 999 });
    await client.next('resync');
  });
});

describe('a command', () => {
  it('with an id that was seen is dropped, at once, later and after an eviction', async () => {
    const { roomId, room, stub } = await openRoom();
    const reader = await joinRoom(roomId);
    const id = newId();
    const gift = { type: 'event', event: { ...aGift(), coins: 5 } } as const;
    await Promise.all([room.apply(id, gift), room.apply(id, gift)]);
    await room.apply(id, gift);
    await evictDurableObject(stub);
    await room.apply(id, gift);
    await room.apply(newId(), gift);
    await eventually(() => expect(reader.eventsOf('gift-sent')).toHaveLength(2));
    expect(reader.eventsOf('gift-sent')).toMatchObject([{ coins: 5, seq: 2 }, { seq: 3 }]);
  });

  it('`setup` that is older than the room’s changes nothing', async () => {
    const { roomId, room, setup, change } = await openRoom();
    const reader = await joinRoom(roomId);
    await change({ title: 'New' }, { category: 'music' });
    expect(await reader.next('stream-updated')).toMatchObject({ title: 'New', category: 'music', streamId: roomId });
    await room.apply(newId(), { type: 'setup', at: 1, setup: { ...setup, title: 'Old' } });
    expect(await (await joinRoom(roomId)).welcome()).toMatchObject({ title: 'New' });
    expect(reader.eventsOf('stream-updated')).toHaveLength(1);
  });

  it('`setup` takes a waiting room live', async () => {
    const { roomId, change } = await openRoom({ status: 'scheduled', startedAt: null });
    const reader = await joinRoom(roomId);
    expect(await reader.welcome()).toMatchObject({ status: 'scheduled', seq: 0 });
    await change({ status: 'live', startedAt: Date.now() });
    expect(await reader.next('stream-started')).toMatchObject({ streamId: roomId, seq: 1 });
  });
});

it('an alarm that fires twice does its work once', async () => {
  const { roomId, stub } = await openRoom({ policy: { ...openPolicy, chatDelaySeconds: 1 } });
  const sender = await joinRoom(roomId);
  await sender.say('once');
  await eventually(async () => {
    await runDurableObjectAlarm(stub);
    expect(sender.eventsOf('new-message')).toHaveLength(1);
  });
  await Promise.all([runDurableObjectAlarm(stub), runDurableObjectAlarm(stub)]);
  expect(sender.eventsOf('new-message')).toHaveLength(1);
});

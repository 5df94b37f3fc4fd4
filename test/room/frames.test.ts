import { afterEach, describe, expect, it } from 'vitest';
import { aGuest, eventually, joinRoom, openRoom, type RoomEvent, startClock, stopClock } from '#test/support/rooms';
import { newId } from '@/shared/ids';

afterEach(startClock);

const countsOf = (events: RoomEvent[]) => {
  const sum: Record<string, number> = {};
  for (const { counts } of events)
    for (const [kind, count] of Object.entries<number>(counts)) sum[kind] = (sum[kind] ?? 0) + count;
  return sum;
};

describe('a malformed frame', () => {
  it.each([
    ['no JSON', '{nope'],
    ['no object', '[]'],
    ['an unknown type', '{"type":"dance"}'],
    ['an unknown field', '{"type":"join-session","extra":1}'],
    ['no id', '{"type":"send-message","text":"hi"}'],
    ['more than 4 KB', JSON.stringify({ type: 'send-message', id: newId(), text: 'x'.repeat(4_096) })],
    ['more than 4 KB in bytes alone', JSON.stringify({ type: 'send-message', id: newId(), text: '語'.repeat(1_400) })],
  ])('with %s gets an error and leaves the socket open', async (_, frame) => {
    const { roomId } = await openRoom();
    const client = await joinRoom(roomId);
    client.send(frame);
    expect(await client.next('error')).toMatchObject({ code: 'FRAME_INVALID' });
    expect(await client.say('still here')).toMatchObject({ type: 'ack' });
  });

  it('names the field at fault and carries the id that it came with', async () => {
    const { roomId } = await openRoom();
    const client = await joinRoom(roomId);
    const error = await client.ask({ type: 'send-reaction', reaction: 'boo' });
    expect(error).toMatchObject({ code: 'FRAME_INVALID', message: expect.stringContaining('reaction') });
  });

  it('ten in a row close the socket with 1008, nine and a good one do not', async () => {
    const { roomId } = await openRoom();
    const client = await joinRoom(roomId);
    for (let index = 0; index < 9; index += 1) client.send('nope');
    expect(await client.say('sorry')).toMatchObject({ type: 'ack' });
    for (let index = 0; index < 9; index += 1) client.send('nope');
    await eventually(() => expect(client.eventsOf('error')).toHaveLength(18));
    expect(client.isOpen()).toBe(true);
    client.socket.send(new Uint8Array([1, 2, 3]));
    expect(await client.closed()).toEqual({ code: 1008, reason: 'MALFORMED_FRAMES' });
  });
});

describe('a socket', () => {
  it('may send so much and no more', async () => {
    const { roomId } = await openRoom();
    const client = await joinRoom(roomId, aGuest());
    for (let index = 0; index < 60; index += 1) client.send({ type: 'send-reaction', reaction: 'like' });
    const error = await client.next('error');
    expect(error).toMatchObject({ code: 'TOO_FAST' });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    await eventually(() => expect(countsOf(client.eventsOf('new-reaction')).like).toBeGreaterThanOrEqual(30));
    expect(countsOf(client.eventsOf('new-reaction')).like).toBeLessThan(60);
  });

  it('is no way around what its viewer may send: other sockets and reconnects count', async () => {
    stopClock();
    const { roomId, room } = await openRoom();
    const viewer = aGuest();
    for (let round = 0; round < 10; round += 1) {
      const client = await joinRoom(roomId, viewer);
      for (let index = 0; index < 10; index += 1) client.send({ type: 'send-reaction', reaction: 'like' });
      await client.ask({ type: 'join-session' });
      client.leave();
    }
    const somebodyElse = await joinRoom(roomId, aGuest());
    expect(await somebodyElse.ask({ type: 'send-reaction', reaction: 'fire' })).toMatchObject({ type: 'ack' });
    const { reactions } = await room.figures();
    expect(reactions.like).toBeLessThanOrEqual(30);
    expect(reactions.like).toBeGreaterThanOrEqual(25);
  });

  it('that floods on is closed', async () => {
    const { roomId } = await openRoom();
    const client = await joinRoom(roomId, aGuest());
    for (let index = 0; index < 200; index += 1) client.send({ type: 'send-reaction', reaction: 'like' });
    expect(await client.closed()).toMatchObject({ code: 1008 });
  });

  it('is answered for whatever has an id', async () => {
    const { roomId } = await openRoom();
    const client = await joinRoom(roomId, aGuest());
    expect(await client.ask({ type: 'join-session' })).toEqual({ type: 'ack', id: expect.any(String) });
    expect(await client.ask({ type: 'send-reaction', reaction: 'fire' })).toMatchObject({ type: 'ack' });
    client.send('{"type":"ping"}');
    await client.next('pong');
    client.send('{ "type": "ping" }');
    await eventually(() => expect(client.eventsOf('pong')).toHaveLength(2));
  });

  it('leaves when it says so', async () => {
    const { roomId, room } = await openRoom();
    const client = await joinRoom(roomId);
    await client.ask({ type: 'leave-session' });
    expect(await client.closed()).toMatchObject({ code: 1000 });
    expect(await room.viewers()).toMatchObject({ total: 0 });
  });
});

describe('a product click', () => {
  it('on a product that the room does not have is refused, and keeps no reaction from being counted', async () => {
    const { roomId, room } = await openRoom();
    const client = await joinRoom(roomId, aGuest());
    const click = await client.ask({ type: 'product-click', productId: newId() });
    expect(click).toMatchObject({ type: 'error', code: 'PRODUCT_NOT_FOUND' });
    expect(await client.ask({ type: 'send-reaction', reaction: 'fire' })).toMatchObject({ type: 'ack' });
    expect((await room.figures()).reactions).toEqual({ fire: 1 });
  });
});

describe('reactions', () => {
  it('of who is timed out, and of a stream that is over, are refused and not counted', async () => {
    const { roomId, room, change } = await openRoom();
    const [user, guest] = [await joinRoom(roomId), await joinRoom(roomId, aGuest())];
    await room.moderate(newId(), { action: 'timeout', userId: user.viewer.id, seconds: 60, reason: null });
    const refused = await user.ask({ type: 'send-reaction', reaction: 'heart' });
    expect(refused).toMatchObject({ type: 'error', code: 'TIMED_OUT', retryAfterMs: expect.any(Number) });
    await guest.ask({ type: 'send-reaction', reaction: 'like' });
    await change({ status: 'ended', endedAt: Date.now() });
    expect(await guest.ask({ type: 'send-reaction', reaction: 'clap' })).toMatchObject({ code: 'ROOM_CLOSED' });
    expect((await room.figures()).reactions).toEqual({ like: 1 });
    expect(guest.eventsOf('new-reaction')).toEqual([{ type: 'new-reaction', counts: { like: 1 } }]);
  });

  it('go out as counts of each kind and never one event a click', async () => {
    const { roomId, room } = await openRoom();
    const clients = await Promise.all(Array.from({ length: 5 }, () => joinRoom(roomId, aGuest())));
    for (let index = 0; index < 20; index += 1)
      for (const client of clients)
        client.send({ type: 'send-reaction', reaction: index % 4 === 0 ? 'heart' : 'clap' });
    const [first] = clients;
    await eventually(() => expect(countsOf(first?.eventsOf('new-reaction') ?? [])).toEqual({ heart: 25, clap: 75 }));
    expect(first?.eventsOf('new-reaction').length).toBeLessThan(50);
    expect((await room.figures()).reactions).toEqual({ heart: 25, clap: 75 });
    expect(first?.eventsOf('new-reaction').every(({ seq }) => seq === undefined)).toBe(true);
  });
});

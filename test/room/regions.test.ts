import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { aGuest, aUser, joinRoom, openRoom, passFor } from '#test/support/rooms';
import type { RoomViewer } from '@/contracts/room';
import { newId } from '@/shared/ids';

const passFrom = (roomId: string, viewer: RoomViewer, regions?: readonly string[]) => ({
  ...passFor(roomId, viewer),
  regions,
});
const joinFrom = (roomId: string, viewer: RoomViewer, regions?: readonly string[]) =>
  joinRoom(roomId, viewer, { pass: passFrom(roomId, viewer, regions) });
const command = (at: number, ...regions: string[]) => ({ type: 'blocked-regions', at, regions }) as const;

describe('a room whose creator is not shown in a region any more', () => {
  it('puts out whoever came in from there, and nobody else', async () => {
    const { roomId, room } = await openRoom();
    const [user, guest] = [aUser(), aGuest()];
    const out = [
      await joinFrom(roomId, user, ['US', 'US-CA']),
      await joinFrom(roomId, user, ['US', 'US-CA']),
      await joinFrom(roomId, guest, ['DE']),
    ];
    const others = [
      await joinFrom(roomId, aUser(), ['US', 'US-TX']),
      await joinFrom(roomId, aGuest(), ['US']),
      await joinFrom(roomId, aUser()),
    ];
    expect((await room.viewersFrom(['US-CA', 'DE'])).toSorted()).toEqual([user.id, guest.id].toSorted());
    await room.apply(newId(), command(1, 'US-CA', 'DE'));
    for (const client of out) expect(await client.closed()).toEqual({ code: 4403, reason: 'NOT_IN_YOUR_COUNTRY' });
    for (const client of others) expect((await client.ask({ type: 'ping' })).type).toBe('ack');
    expect(await room.viewersFrom(['US-CA', 'DE'])).toEqual([]);
  });

  it('takes no pass from there, also after it has slept, until that is lifted', async () => {
    const { roomId, room, stub } = await openRoom();
    const viewer = aUser();
    const client = await joinFrom(roomId, viewer, ['DE']);
    const [resume, renewed] = [await client.resumePass(), await client.renewedPass()];
    for (const pass of [resume, renewed]) expect(pass.regions).toEqual(['DE']);
    await room.apply(newId(), command(1, 'DE'));
    await client.closed();
    await evictDurableObject(stub);
    for (const pass of [resume, renewed, passFrom(roomId, viewer, ['DE', 'DE-BY'])])
      expect(await (await joinRoom(roomId, viewer, { pass })).closed()).toMatchObject({ code: 4403 });
    await (await joinFrom(roomId, viewer, ['FR'])).welcome();
    await room.apply(newId(), command(2));
    await (await joinRoom(roomId, viewer, { pass: resume })).welcome();
  });

  it('keeps what was read last, whatever comes last', async () => {
    const { roomId, room } = await openRoom();
    await room.apply(newId(), command(2, 'FR'));
    await room.apply(newId(), command(1, 'DE'));
    await (await joinFrom(roomId, aGuest(), ['DE'])).welcome();
    expect(await (await joinFrom(roomId, aGuest(), ['FR'])).closed()).toMatchObject({ code: 4403 });
  });
});

/** What a user's room does by itself: who is gone leaves, another host takes over, and an empty room closes. */
import { evictDurableObject, runDurableObjectAlarm } from 'cloudflare:test';
import { eq, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { standInForLiveKit } from '#test/support/livekit';
import { eventually, startClock, stopClock, stubOf } from '#test/support/rooms';
import { aRoom, comeIn } from '#test/support/user-rooms';
import { asViewer, type Person } from '#test/support/users';
import { userRoomLive } from '@/domains/live/rooms/tables';
import { stageTurns, userRooms } from '@/domains/live/user-rooms/tables';
import { blocks } from '@/domains/people/social/tables';
import { newId } from '@/shared/ids';

beforeEach(() => {
  standInForLiveKit();
});
afterEach(startClock);

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

async function rowOf(roomId: string) {
  const [row] = await testContext().db.select().from(userRooms).where(eq(userRooms.id, roomId));
  if (!row) throw new Error('No room');
  return row;
}

/** A user's room with a host and a listener in it, whose time stands still. */
async function aRoomInTime() {
  const tick = stopClock();
  const [host, listener] = [await asViewer(), await asViewer()];
  const { id } = await aRoom(host);
  const hostSeat = await comeIn(host, id);
  const seat = await comeIn(listener, id);
  await Promise.all([hostSeat.welcome(), seat.welcome()]);
  const stub = stubOf(id);
  /** Time passes while these stay, and the room does what is due. */
  const pass = async (ms: number, staying = [seat]) => {
    tick(ms);
    for (const one of staying) {
      one.send('{"type":"ping","id":"0199a0d0-0000-7000-8000-000000000000"}');
      await one.next('ack');
    }
    await runDurableObjectAlarm(stub);
  };
  const goAway = async (one: typeof seat) => {
    one.leave();
    await one.closed();
  };
  const speak = async (person: Person) => {
    await host.post(`rooms/${id}/invite`, { userId: person.userId });
    const { status } = await person.post(`rooms/${id}/stage`, { action: 'accept' });
    expect(status).toBe(200);
  };
  return { id, host, listener, hostSeat, seat, stub, tick, pass, goAway, speak };
}

describe('a host who is gone', () => {
  it('is followed after a minute by the oldest co-host who is there', async () => {
    const { id, host, listener, hostSeat, seat, pass, goAway } = await aRoomInTime();
    const absent = await asViewer();
    await host.put(`rooms/${id}`, { coHosts: [absent.userId, listener.userId] });
    await goAway(hostSeat);
    await pass(59 * SECOND);
    expect((await rowOf(id)).hostId).toBe(host.userId);
    await pass(1 * SECOND);
    expect((await rowOf(id)).hostId).toBe(listener.userId);
    expect(await seat.next('host-changed', (event) => event.host.id === listener.userId)).toMatchObject({
      coHosts: [{ id: absent.userId }],
    });
    const turns = await testContext().db.select().from(stageTurns).where(eq(stageTurns.roomId, id));
    expect(turns.find(({ userId }) => userId === host.userId)?.endedAt).not.toBeNull();
    expect(turns.find(({ userId }) => userId === listener.userId)?.endedAt).toBeNull();
    // The old host is an ordinary listener when they come back.
    expect((await comeIn(host, id)).answer.you).toMatchObject({ host: false, speaker: false });
  });

  it('is followed by who has been on the stage the longest, if there is no co-host', async () => {
    const { id, host, listener, hostSeat, seat, tick, pass, goAway, speak } = await aRoomInTime();
    const later = await asViewer();
    const laterSeat = await comeIn(later, id);
    await speak(listener);
    tick(1);
    await speak(later);
    await goAway(hostSeat);
    await pass(MINUTE, [seat, laterSeat]);
    expect((await rowOf(id)).hostId).toBe(listener.userId);
    expect((await listener.get(`rooms/${id}`)).data.speakers.map((one: { id: string }) => one.id)).toEqual([
      later.userId,
    ]);
    expect(host.userId).not.toBe(listener.userId);
  });

  it('stays the host if they come back within the minute', async () => {
    const { id, host, listener, hostSeat, seat, tick, pass, goAway } = await aRoomInTime();
    await host.put(`rooms/${id}`, { coHosts: [listener.userId] });
    await goAway(hostSeat);
    tick(50 * SECOND);
    const back = await comeIn(host, id);
    await back.welcome();
    await pass(30 * SECOND, [seat, back]);
    expect((await rowOf(id)).hostId).toBe(host.userId);
  });

  it('is followed a minute later, whenever others came before', async () => {
    const { id, host, listener, hostSeat, seat, tick, pass, goAway } = await aRoomInTime();
    await host.put(`rooms/${id}`, { coHosts: [listener.userId] });
    tick(30 * SECOND);
    await goAway(hostSeat); // half a minute before the room looks for the first time
    await pass(30 * SECOND, [seat]);
    expect((await rowOf(id)).hostId).toBe(host.userId);
    await pass(30 * SECOND, [seat]);
    expect((await rowOf(id)).hostId).toBe(listener.userId);
  });

  it('is followed by a speaker whom no block separates from them', async () => {
    const { id, host, listener, hostSeat, seat, tick, pass, goAway, speak } = await aRoomInTime();
    const later = await asViewer();
    const laterSeat = await comeIn(later, id);
    await speak(listener);
    tick(1);
    await speak(later);
    const { db } = testContext();
    await db.insert(blocks).values({ blockerId: listener.userId, blockedId: host.userId, createdAt: 1 });
    await goAway(hostSeat);
    await pass(MINUTE, [seat, laterSeat]);
    expect((await rowOf(id)).hostId).toBe(later.userId);
  });

  it('is followed although 150 people raised a hand and went', async () => {
    const { id, host, listener, hostSeat, seat, pass, goAway } = await aRoomInTime();
    await host.put(`rooms/${id}`, { coHosts: [listener.userId] });
    const { db } = testContext();
    const people = Array.from({ length: 150 }, () => newId());
    const who = JSON.stringify(people);
    await db.run(sql`
      INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at)
      SELECT value, value, value, 'u_' || substr(replace(value, '-', ''), -20), value, 1, 1 FROM json_each(${who})`);
    await db.run(sql`
      INSERT INTO stage_requests (room_id, user_id, kind, by_id, created_at)
      SELECT ${id}, value, 'hand', value, 1 FROM json_each(${who})`);
    await goAway(hostSeat);
    await pass(MINUTE);
    expect((await rowOf(id)).hostId).toBe(listener.userId);
    await eventually(() => expect(seat.eventsOf('stage-withdrawn')).toHaveLength(150));
    expect((await listener.get(`rooms/${id}`)).data.requests).toEqual([]);
  });

  it('is followed by nobody while only listeners are there', async () => {
    const { id, host, hostSeat, pass, goAway } = await aRoomInTime();
    await goAway(hostSeat);
    await pass(2 * MINUTE);
    expect((await rowOf(id)).hostId).toBe(host.userId);
  });

  it('is followed after a crash that took the sockets, too', async () => {
    const { id, host, listener, tick, pass, stub } = await aRoomInTime();
    await host.put(`rooms/${id}`, { coHosts: [listener.userId] });
    await evictDurableObject(stub, { webSockets: 'close' });
    tick(30 * SECOND);
    const back = await comeIn(listener, id);
    await back.welcome();
    await pass(2 * MINUTE, [back]);
    expect((await rowOf(id)).hostId).toBe(listener.userId);
  });

  it('hands over once when they do it themselves at the same time', async () => {
    const { id, host, listener, seat } = await aRoomInTime();
    const other = await asViewer();
    await (await comeIn(other, id)).welcome();
    const answers = await Promise.all([
      host.put(`rooms/${id}/host`, { userId: listener.userId }),
      host.put(`rooms/${id}/host`, { userId: other.userId }),
    ]);
    const refused = answers.filter(({ status }) => status !== 200);
    expect(refused).toHaveLength(1);
    expect(['ROOM_CHANGED', 'HOST_ONLY']).toContain(refused[0]?.error.code);
    const { hostId } = await rowOf(id);
    expect([listener.userId, other.userId]).toContain(hostId);
    expect(await seat.next('host-changed')).toMatchObject({ host: { id: hostId } });
    const heir = [listener, other].find(({ userId }) => userId === hostId);
    await heir?.put(`rooms/${id}`, { title: 'Mine now' });
    await seat.next('room-updated', ({ title }) => title === 'Mine now');
    expect(seat.eventsOf('host-changed')).toHaveLength(1);
    expect((await host.put(`rooms/${id}`, { title: 'Mine again' })).error.code).toBe('HOST_ONLY');
  });
});

describe('a speaker who is gone', () => {
  it('leaves the stage after a minute', async () => {
    const { id, host, listener, hostSeat, seat, pass, goAway, speak } = await aRoomInTime();
    await speak(listener);
    await goAway(seat);
    await pass(59 * SECOND, [hostSeat]);
    expect((await host.get(`rooms/${id}`)).data.speakers).toHaveLength(1);
    await pass(1 * SECOND, [hostSeat]);
    expect(await hostSeat.next('stage-left')).toMatchObject({ userId: listener.userId });
    expect((await host.get(`rooms/${id}`)).data.speakers).toEqual([]);
  });

  it('takes their raised hand along', async () => {
    const { id, host, listener, hostSeat, seat, pass, goAway } = await aRoomInTime();
    await listener.post(`rooms/${id}/stage`, { action: 'request' });
    await goAway(seat);
    await pass(MINUTE, [hostSeat]);
    expect(await hostSeat.next('stage-withdrawn')).toMatchObject({ userId: listener.userId });
    expect((await host.get(`rooms/${id}`)).data.requests).toEqual([]);
  });
});

describe('a room without anyone', () => {
  it('closes after ten minutes, counted from its opening', async () => {
    const tick = stopClock();
    const host = await asViewer();
    const { id } = await aRoom(host);
    tick(9 * MINUTE);
    await runDurableObjectAlarm(stubOf(id));
    expect((await rowOf(id)).status).toBe('open');
    tick(1 * MINUTE);
    await runDurableObjectAlarm(stubOf(id));
    expect(await rowOf(id)).toMatchObject({ status: 'closed', closeReason: 'empty' });
    const live = await testContext().db.select().from(userRoomLive).where(eq(userRoomLive.roomId, id));
    expect(live).toEqual([]);
  });

  it('closes ten minutes after the last one left, also if a crash hid that', async () => {
    const { id, tick, stub } = await aRoomInTime();
    await evictDurableObject(stub, { webSockets: 'close' });
    for (let minute = 0; minute < 9; minute += 1) {
      tick(MINUTE);
      await runDurableObjectAlarm(stub);
    }
    expect((await rowOf(id)).status).toBe('open');
    for (let minute = 0; minute < 3; minute += 1) {
      tick(MINUTE);
      await runDurableObjectAlarm(stub);
    }
    expect(await rowOf(id)).toMatchObject({ status: 'closed', closeReason: 'empty' });
  });

  it('stays open as long as someone is there', async () => {
    const { id, seat, hostSeat, pass } = await aRoomInTime();
    for (let minute = 0; minute < 12; minute += 1) await pass(MINUTE, [seat, hostSeat]);
    expect((await rowOf(id)).status).toBe('open');
  });
});

it('a room takes as many as its limit, and always its host', async () => {
  const [host, first, second] = [await asViewer(), await asViewer(), await asViewer()];
  const { id } = await aRoom(host, { maxMembers: 2 });
  await (await comeIn(first, id)).welcome();
  expect(await (await comeIn(second, id)).closed()).toEqual({ code: 4431, reason: 'ROOM_FULL' });
  await (await comeIn(host, id)).welcome();
  await (await comeIn(first, id)).welcome(); // a second tab
});

it('tells a latecomer who is on the stage, and what they are', async () => {
  const { id, host, listener, speak } = await aRoomInTime();
  await speak(listener);
  const late = await asViewer();
  const welcome = await (await comeIn(late, id)).welcome();
  expect(welcome.room).toMatchObject({ host: { id: host.userId }, speakers: [{ id: listener.userId, muted: false }] });
  expect(welcome.you).toMatchObject({ host: false, coHost: false, speaker: false });
  await eventually(async () => {
    const [live] = await testContext().db.select().from(userRoomLive).where(eq(userRoomLive.roomId, id));
    await runDurableObjectAlarm(stubOf(id));
    expect(live?.viewerCount).toBe(2);
  });
});

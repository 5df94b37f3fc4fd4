/** The door of a crowded room: how full it may be, and how much of it one address may take. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { testContext } from '#test/support/context';
import { aGuest, aUser, eventually, openRoom, passFor } from '#test/support/rooms';
import { readConfig } from '@/config';
import type { RoomViewer } from '@/contracts/room';
import { admit, GUESTS_FROM_ADDRESS_MAX, SOCKETS_MAX } from '@/room/admission';
import { Presence, type Seat, VIEWERS_LISTED_MAX } from '@/room/presence';
import { Relations } from '@/room/relations';
import { RoomStore } from '@/room/store';
import { newId } from '@/shared/ids';

const SCHOOL = 'a school';
const seatOf = (viewer: RoomViewer, address?: string): Seat => ({
  ...{ passId: newId(), viewer, address, joinedAt: 0, heardAt: 0 },
});
const seats = (count: number, address?: string) => Array.from({ length: count }, () => seatOf(aGuest(), address));

/** A room in which these sit. */
function seated(inside: readonly Seat[], state: DurableObjectState) {
  const sitting = inside.map((seat) => ({
    ...{ readyState: WebSocket.OPEN, deserializeAttachment: () => seat, send: () => undefined },
  }));
  const platform = {
    getWebSockets: () => sitting,
    acceptWebSocket: (socket: WebSocket) => state.acceptWebSocket(socket),
  } as unknown as DurableObjectState; // all that is asked of it
  const store = new RoomStore(state.storage);
  return { store, presence: new Presence(platform, store, () => undefined) };
}

/** Who comes into a room in which these sit already: answers the close code, or `welcome`. */
async function comeIn(inside: readonly Seat[], viewer: RoomViewer, address?: string): Promise<unknown> {
  const { roomId, stub } = await openRoom();
  return runInDurableObject(stub, async (_room, state) => {
    const { store, presence } = seated(inside, state);
    const { log, ...database } = testContext();
    const parts = { store, presence: () => presence };
    const relations = new Relations({ ...parts, database, log, onDenied: () => undefined });
    const isNoChat = () => Promise.reject(new Error('Not a support room'));
    const support = { open: isNoChat, catchUp: isNoChat };
    const screenings = { program: { screening: null, queue: [] } };
    const userRoom = { people: async () => undefined };
    const liveAnalytics = { entered: () => undefined };
    const held = { onEntry: () => [] };
    const pins = { shownTo: () => null };
    const polls = { shownTo: () => ({ poll: null }) };
    const shown = { pins, polls, held, shop: { showcase: null } };
    const others = { relations, support, screenings, userRoom, liveAnalytics, ...shown };
    const room = { ...parts, ...others, config: readConfig(env), now: () => Date.now() };
    const { webSocket } = await admit(room, { ...passFor(roomId, viewer), address }, null);
    if (!webSocket) throw new Error('No socket');
    let answer: unknown;
    webSocket.addEventListener('close', ({ code, reason }) => {
      answer ??= `${code} ${reason}`;
    });
    webSocket.addEventListener('message', ({ data }) => {
      answer ??= JSON.parse(String(data))[0].type;
    });
    webSocket.accept();
    return eventually(() => {
      if (answer === undefined) throw new Error('Neither in nor out');
      return answer;
    });
  });
}

describe('a crowded room', () => {
  it('that is full closes with 4431, and with one seat left does not', async () => {
    expect(await comeIn(seats(SOCKETS_MAX), aUser())).toBe('4431 ROOM_FULL');
    expect(await comeIn(seats(SOCKETS_MAX - 1), aUser())).toBe('welcome');
  });

  it('that is more than half full takes at most a hundred guests from one address', async () => {
    const crowd = seats(GUESTS_FROM_ADDRESS_MAX, SCHOOL);
    const others = seats(SOCKETS_MAX / 2);
    expect(await comeIn([...others, ...crowd], aGuest(), SCHOOL)).toBe('4430 ADDRESS_LIMIT');
    expect(await comeIn([...others, ...crowd], aUser({ verified: false }), SCHOOL)).toBe('4430 ADDRESS_LIMIT');
    expect(await comeIn([...others, ...crowd.slice(1)], aGuest(), SCHOOL)).toBe('welcome');
    expect(await comeIn([...others, ...crowd], aGuest(), 'elsewhere')).toBe('welcome');
    expect(await comeIn([...others, ...crowd], aGuest())).toBe('welcome');
  });

  it('that is half full at most takes any number from one address', async () => {
    expect(await comeIn(seats(SOCKETS_MAX / 2, SCHOOL), aGuest(), SCHOOL)).toBe('welcome');
  });

  it('takes a second tab of a guest who is in', async () => {
    const inside = [...seats(SOCKETS_MAX / 2), ...seats(GUESTS_FROM_ADDRESS_MAX, SCHOOL)];
    const viewer = inside.at(-1)?.viewer;
    expect(await comeIn(inside, viewer ?? aGuest(), SCHOOL)).toBe('welcome');
  });

  it('names five hundred users, and counts all others as guests', async () => {
    const { stub } = await openRoom();
    const inside = Array.from({ length: VIEWERS_LISTED_MAX + 2 }, () => seatOf(aUser()));
    const { users, guests, total } = await runInDurableObject(stub, (_room, state) =>
      seated([...inside, seatOf(aGuest())], state).presence.list(),
    );
    expect([users.length, guests, total]).toEqual([VIEWERS_LISTED_MAX, 3, VIEWERS_LISTED_MAX + 3]);
  });
});

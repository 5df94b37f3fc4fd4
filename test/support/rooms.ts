/** A room and who is in it: the object driven as the Worker drives it, over real sockets. */
import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';
import { readConfig } from '@/config';
import type { Pass, Room, RoomGuest, RoomUser, RoomViewer } from '@/contracts/room';
import type { RoomSetup } from '@/contracts/room-command';
import type { EventBody } from '@/contracts/room-events/events';
import { readResume } from '@/domains/live/rooms/pass';
import { openRooms } from '@/room/rooms';
import { newId } from '@/shared/ids';
import { checkFrame } from './frames';
import { aUser, openPolicy } from './room-people';

export { aUser, openPolicy };

// biome-ignore lint/suspicious/noExplicitAny: a test looks into whatever came
export type RoomEvent = { type: string; [field: string]: any };

const PATIENCE_MS = 3_000;
const POLL_MS = 5;

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

export function setupOf(roomId: string, changes: Partial<RoomSetup> = {}): RoomSetup {
  return {
    roomId,
    creatorId: newId(),
    status: 'live',
    title: 'A show',
    policy: openPolicy,
    startedAt: Date.now(),
    endedAt: null,
    ...changes,
  };
}

export function aGuest(): RoomGuest {
  return { kind: 'guest', id: newId() };
}

/** As `domains/money/gifts` tells a room of one. */
export function aGift(
  { id, username, displayName }: RoomUser = aUser(),
  recipient = aUser(),
  message: string | null = null,
): EventBody<'gift-sent'> {
  const card = { avatarUrl: null, role: 'viewer', isLive: false, followerCount: 0 } as const;
  return {
    type: 'gift-sent',
    id: newId(),
    sender: { id, username, displayName, ...card },
    recipient: { id: recipient.id, username: recipient.username, displayName: recipient.displayName, ...card },
    gift: null,
    quantity: 1,
    coins: 10,
    message,
    at: new Date().toISOString(),
  };
}

export function passFor(roomId: string, viewer: RoomViewer, sessionId?: string): Pass {
  return { id: newId(), roomId, shard: 0, viewer, ...(sessionId === undefined ? {} : { sessionId }) };
}

export function stubOf(roomId: string) {
  return env.ROOMS.get(env.ROOMS.idFromName(roomId));
}

export function roomOf(roomId: string): Room {
  return openRooms(env.ROOMS)(roomId);
}

/** A room that is live. Its `setup` may be told again: with a later `at`. */
export async function openRoom(changes: Partial<RoomSetup> = {}) {
  const roomId = newId();
  const setup = setupOf(roomId, changes);
  const room = roomOf(roomId);
  let at = Date.now();
  await room.apply(newId(), { type: 'setup', at, setup });
  return {
    roomId,
    setup,
    room,
    stub: stubOf(roomId),
    change(next: Partial<RoomSetup>, more?: Record<string, unknown>) {
      at += 1;
      Object.assign(setup, next);
      return room.apply(newId(), { type: 'setup', at, setup, ...(more ? { changes: more } : {}) });
    },
  };
}

export type Client = Awaited<ReturnType<typeof joinRoom>>;

/** Comes in by a pass, or whatever else it is given. */
export async function joinRoom(
  roomId: string,
  viewer: RoomViewer = aUser(),
  { pass = passFor(roomId, viewer), since = null }: { pass?: Pass; since?: number | null } = {},
) {
  const request = new Request('http://room.test/ws', { headers: { upgrade: 'websocket' } });
  const response = await roomOf(roomId).connect(request, pass, since);
  const socket = response.webSocket;
  if (!socket) throw new Error(`No socket: ${response.status}`);
  const frames: RoomEvent[][] = [];
  let closed: Closed | undefined;
  socket.addEventListener('message', ({ data }) => {
    frames.push(checkFrame(data));
  });
  socket.addEventListener('close', ({ code, reason }) => {
    closed = { code, reason };
  });
  socket.accept();
  const events = () => frames.flat();
  const eventsOf = (type: string) => events().filter((event) => event.type === type);
  const nextOf = (find: (event: RoomEvent) => boolean) =>
    eventually(() => {
      const found = events().find(find);
      if (!found) throw new Error(`Nothing such among ${JSON.stringify(events().map(({ type }) => type))}`);
      return found;
    });
  const send = (frame: unknown) => socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  /** Sends, and waits for the answer to it. */
  const ask = (frame: { type: string; id?: string; [field: string]: unknown }) => {
    const id = frame.id ?? newId();
    const before = events().filter((event) => isAnswer(event, id)).length;
    send({ ...frame, id });
    return eventually(() => {
      const answers = events().filter((event) => isAnswer(event, id));
      const answer = answers[before];
      if (!answer) throw new Error(`No answer to ${frame.type}`);
      return answer;
    });
  };
  return {
    viewer,
    pass,
    socket,
    frames,
    events,
    eventsOf,
    send,
    ask,
    say: (text: string, id?: string) => ask({ type: 'send-message', text, ...(id ? { id } : {}) }),
    next: (type: string, find: (event: RoomEvent) => boolean = () => true) =>
      nextOf((event) => event.type === type && find(event)),
    welcome: () => nextOf((event) => event.type === 'welcome'),
    closed: () =>
      eventually(() => {
        if (!closed) throw new Error('The socket is open');
        return closed;
      }),
    isOpen: () => closed === undefined,
    leave: () => socket.close(1000, 'bye'),
    /** The pass to come back with. */
    async resumePass(): Promise<Pass> {
      return resumePassIn(await nextOf((event) => event.type === 'welcome'));
    },
    /** A newer one, asked for. */
    async renewedPass(): Promise<Pass> {
      return resumePassIn(await ask({ type: 'ping' }));
    },
  };
}

async function resumePassIn({ resumePass }: RoomEvent): Promise<Pass> {
  const pass = await readResume({ config: readConfig(env), now: () => Date.now() }, resumePass);
  if (!pass) throw new Error('The resume pass is not one');
  return pass;
}

function isAnswer({ type, id }: RoomEvent, to: string): boolean {
  return (type === 'ack' || type === 'error') && id === to;
}

/**
 * Polls until it does not throw, for what comes over a socket in its own time. `vi.waitFor` would move a stopped clock.
 */
export async function eventually<T>(find: () => T | Promise<T>): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await find();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await scheduler.wait(POLL_MS);
  }
}

/**
 * From now on only as much time passes as the test says; `afterEach(startClock)` lets it run again.
 * @param agoMs begins in the past, so that what the platform stamps by its own clock comes after it
 */
export function stopClock(agoMs = 0): (ms: number) => void {
  let now = Date.now() - agoMs;
  vi.useFakeTimers({ toFake: ['Date'], now });
  return (ms) => {
    now += ms;
    vi.setSystemTime(now);
  };
}

export function startClock(): void {
  vi.useRealTimers();
}

/** What stands in the room's own tables. */
export function inStorage<R extends Record<string, SqlStorageValue>>(roomId: string, query: string): Promise<R[]> {
  return runInDurableObject(stubOf(roomId), (_room, state) => state.storage.sql.exec<R>(query).toArray());
}

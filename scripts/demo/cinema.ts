/**
 * The cinema evening of the demo. A viewer opens a room and screens a film for two others. Their clocks are hours apart and
 * their players run at different speeds, and still they stay in step.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RoomSocket } from '../local/client.ts';
import { correct, type FollowedAnchor, RoomClock } from '../local/follow.ts';
import type { Crowd } from './crowd.ts';
import { expectSame, tell } from './show.ts';

const DRIFT_MS_MAX = 250;
const PINGS = 8;
const TICK_MS = 50;
const WATCHED_MS = 2_500;
const HOUR_MS = 3_600_000;
/** How far each client's clock is off, and how much faster than it should its player runs. */
const CLIENTS = [
  { skewMs: 0, playerDrift: 0 },
  { skewMs: 5 * HOUR_MS + 321, playerDrift: 0.002 },
  { skewMs: -11 * HOUR_MS - 4_567, playerDrift: -0.002 },
];
const FILM = { videoUrl: 'https://films.example/nosferatu.mp4', title: 'Nosferatu' };

/** A client that follows docs/guides/cinema.md, with a player that shows nothing. */
class Spectator {
  readonly name: string;
  readonly socket: RoomSocket;
  readonly #traits: (typeof CLIENTS)[number];
  readonly #clock = new RoomClock();
  readonly #sent = new Map<string, number>();
  #screeningId: string | undefined;
  #anchor: FollowedAnchor | undefined;
  #isNew = false;
  #player = { positionMs: 0, isPlaying: false, rate: 1 };
  #movedAt = performance.now();

  constructor(name: string, socket: RoomSocket, traits: (typeof CLIENTS)[number]) {
    this.name = name;
    this.socket = socket;
    this.#traits = traits;
    socket.onEvent = ({ type, ...event }) => {
      if (type === 'ack' && event.serverTime) this.#heard(event.id, event.serverTime);
      if (type === 'cinema-started') {
        this.#screeningId = event.screening.id;
        this.#follow(event.screening);
      }
      if (type === 'cinema-synced') this.#follow(event);
    };
  }

  async measureClock(): Promise<void> {
    for (let ping = 0; ping < PINGS; ping += 1) {
      const id = randomUUID();
      this.#sent.set(id, this.#ownTime());
      await this.socket.ask({ type: 'ping', id });
    }
  }

  /** The room's time, as far as this client can tell. */
  get roomTime(): number {
    return this.#clock.timeAt(this.#ownTime());
  }

  /** Names the screening and the time, so that neither a slow socket nor the next film makes it wrong. */
  async sync(positionMs: number, isPlaying: boolean, rate = 1): Promise<void> {
    const at = new Date(this.roomTime).toISOString();
    await this.#ask({ type: 'cinema-sync', positionMs, isPlaying, rate, at });
  }

  async say(state: 'ready' | 'buffering' | 'failed'): Promise<void> {
    await this.#ask({ type: 'cinema-state', state });
  }

  async #ask(frame: { readonly type: string; readonly [field: string]: unknown }): Promise<void> {
    await this.socket.ask({ ...frame, screeningId: this.#screeningId });
  }

  /** Lets the player run until now, and corrects it. @returns its position */
  tick(): number {
    const at = performance.now();
    const { isPlaying, rate } = this.#player;
    if (isPlaying) this.#player.positionMs += (at - this.#movedAt) * rate * (1 + this.#traits.playerDrift);
    this.#movedAt = at;
    if (!this.#anchor) return this.#player.positionMs;
    const change = correct(this.#anchor, null, this.roomTime, this.#player.positionMs, this.#isNew);
    this.#isNew = false;
    this.#player = { ...change, positionMs: change.seekToMs ?? this.#player.positionMs };
    return this.#player.positionMs;
  }

  #ownTime(): number {
    return performance.now() + this.#traits.skewMs;
  }

  #heard(id: string, serverTime: string): void {
    const sentAt = this.#sent.get(id);
    if (sentAt !== undefined) this.#clock.heard(sentAt, Date.parse(serverTime), this.#ownTime());
  }

  // biome-ignore lint/suspicious/noExplicitAny: an event has its own fields
  #follow({ positionMs, isPlaying, rate, anchorAt }: any): void {
    this.#anchor = { positionMs, isPlaying, rate, anchorAt: Date.parse(anchorAt) };
    this.#isNew = true;
  }
}

export async function screenFilm({ viewers }: Crowd): Promise<void> {
  const [host, ...others] = viewers.slice(0, CLIENTS.length);
  if (!host) throw new Error('There is no viewer to open a room');
  const { id } = await host.api.call('POST', '/rooms', { title: 'Film night', topic: 'Silent films' });
  await host.api.call('PUT', `/rooms/${id}`, { waitForAll: true, queue: [{ ...FILM, title: 'Faust' }] });
  const hall: Spectator[] = [];
  for (const [index, { name, api }] of [host, ...others].entries()) {
    const { wsUrl } = await api.call('POST', `/rooms/${id}/join`);
    const traits = CLIENTS[index];
    if (traits) hall.push(new Spectator(name, await RoomSocket.enter(wsUrl), traits));
  }
  const [mine, , last] = hall;
  if (!mine || !last) throw new Error('The hall is empty');
  await Promise.all(hall.map((spectator) => spectator.measureClock()));
  tell(`${host.name} opens a room. ${others.map(({ name }) => name).join(' and ')} join, with clocks hours apart.`);

  await host.api.call('POST', `/cinema/rooms/${id}/start`, FILM);
  await expectInStep(`The film starts, and after ${WATCHED_MS / 1_000} s`, hall);
  await mine.sync(10_000, false);
  await expectInStep(`${host.name} pauses`, hall);
  await mine.sync(600_000, true, 1.25);
  await expectInStep(`${host.name} seeks to minute ten and plays faster`, hall);

  await last.say('buffering');
  await mine.socket.waitForEvent('cinema-synced', ({ reason }) => reason === 'waiting');
  await last.say('ready');
  await mine.socket.waitForEvent('cinema-synced', ({ reason }) => reason === 'ready');
  await expectInStep(`${last.name} was buffering, everyone waited and goes on`, hall);

  const { title, queue } = await host.api.call('POST', `/cinema/rooms/${id}/start`, { next: true });
  expectSame('The next film of the queue is, with so many left', [title, queue.length], ['Faust', 0]);
  await host.api.call('POST', `/rooms/${id}/close`);
  for (const { socket } of hall) await socket.waitForEvent('cinema-stopped');
  for (const { socket } of hall) socket.close();
}

/** Watches for a while, and compares where the players are. */
async function expectInStep(what: string, hall: readonly Spectator[]): Promise<void> {
  const until = performance.now() + WATCHED_MS;
  await sleep(2 * TICK_MS); // the event reaches everyone
  let drift = 0;
  for (; performance.now() < until; await sleep(TICK_MS)) {
    const positions = hall.map((spectator) => spectator.tick());
    drift = Math.max(drift, Math.max(...positions) - Math.min(...positions));
  }
  if (drift >= DRIFT_MS_MAX) throw new Error(`${what}: the clients are ${Math.round(drift)} ms apart`);
  tell(`✓ ${what}: ${hall.length} clients are at most ${Math.round(drift)} ms apart`);
}

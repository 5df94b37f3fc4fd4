/**
 * A room with a screening and clients far away from it, in a time of their own: clocks that are hours off and drift,
 * players that drift, and sockets that take up to a second, longer one way than the other. Times are milliseconds.
 */
import type { Anchor, Sync } from '@/contracts/screening';
import { anchorOf } from '@/domains/live/screenings/anchor';
import { CERTAIN_MS, type Correction, correct, RoomClock } from '../../scripts/local/follow';

const STEP_MS = 50;
const TICK_MS = 250;
const PING_EVERY_MS = 20_000;
const HOUR_MS = 3_600_000;

/** How a client could get it wrong. */
export type Fault = 'trusts its own clock' | 'takes an anchor as of its arrival' | 'corrects nothing';

/** Random numbers below 1 that are the same in every run. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** One direction of a socket: in order, each message at least `base` and at most a second more. */
function wire(random: () => number, base: number) {
  let last = 0;
  return (sentAt: number) => {
    last = Math.max(last, sentAt + base + random() ** 2 * 1_000);
    return last;
  };
}

function aClient(random: () => number, fault: Fault | undefined) {
  const skew = (random() - 0.5) * 24 * HOUR_MS;
  const ppm = (random() - 0.5) * 400;
  const playerPpm = (random() - 0.5) * 3_000;
  const [up, down] = [wire(random, 10 + random() * 80), wire(random, 10 + random() * 80)];
  const clock = new RoomClock();
  const ownTime = (at: number) => skew + at * (1 + ppm / 1e6);
  const mailbox: { at: number; read: (at: number) => void }[] = [];
  let anchor: Anchor | undefined;
  let player = { positionMs: 0, isPlaying: false, rate: 1 };
  let [isNew, tickAt, pingAt] = [false, random() * TICK_MS, 0];

  const post = (at: number, read: (at: number) => void) => mailbox.push({ at, read });
  const ping = (at: number) => {
    const served = up(at);
    pingAt = Number.POSITIVE_INFINITY; // one at a time
    post(down(served), (receivedAt) => {
      clock.heard(ownTime(at), served, ownTime(receivedAt));
      const isCertain = clock.uncertaintyAt(ownTime(receivedAt)) < CERTAIN_MS;
      pingAt = receivedAt + (isCertain ? PING_EVERY_MS : 100);
    });
  };
  const roomTime = (at: number) => (fault === 'trusts its own clock' ? ownTime(at) : clock.timeAt(ownTime(at)));
  const apply = ({ isPlaying, rate, seekToMs }: Correction) => {
    player = { positionMs: seekToMs ?? player.positionMs, isPlaying, rate };
  };
  return {
    get positionMs() {
      return player.positionMs;
    },
    /** Whether it has heard of this anchor and applied it. */
    follows: (newest: Anchor | undefined) => anchor === newest && !isNew,
    roomTime,
    up,
    hear(sent: Anchor, sentAt: number) {
      post(down(sentAt), () => {
        anchor = sent;
        isNew = true;
      });
    },
    step(at: number) {
      if (player.isPlaying) player.positionMs += STEP_MS * player.rate * (1 + playerPpm / 1e6);
      for (const { read } of mailbox.filter((mail) => mail.at <= at)) read(at);
      mailbox.splice(0, mailbox.length, ...mailbox.filter((mail) => mail.at > at));
      if (at >= pingAt) ping(at);
      if (!anchor || (at < tickAt && !isNew)) return;
      if (at >= tickAt) tickAt = at + TICK_MS;
      if (!isNew && fault === 'corrects nothing') return;
      const known =
        fault === 'takes an anchor as of its arrival' && isNew ? { ...anchor, anchorAt: roomTime(at) } : anchor;
      if (isNew || fault !== 'takes an anchor as of its arrival')
        apply(correct(known, null, roomTime(at), player.positionMs, isNew));
      isNew = false;
    },
  };
}

/** What the host does, and how long (ms) the film goes on then. */
export interface Scene {
  readonly sync: Sync;
  readonly forMs: number;
}

/**
 * Plays the scenes after the clients have measured the clock for a while. The first client is the host's.
 * @returns the largest difference between any two clients while all of them knew of the newest anchor
 */
export function largestDrift(seed: number, scenes: readonly Scene[], { clients = 16, fault }: Options = {}): number {
  const random = randomFrom(seed);
  const crowd = Array.from({ length: clients }, () => aClient(random, fault));
  const [host] = crowd;
  if (!host) return 0;
  let [at, drift] = [0, 0];
  let anchor: Anchor = { positionMs: 0, isPlaying: false, rate: 1, anchorAt: 0 };
  let shown: Anchor | undefined;
  const run = (until: number) => {
    for (; at < until; at += STEP_MS) {
      for (const client of crowd) client.step(at);
      if (!shown || !crowd.every((client) => client.follows(shown))) continue;
      const positions = crowd.map(({ positionMs }) => positionMs);
      drift = Math.max(drift, Math.max(...positions) - Math.min(...positions));
    }
  };
  run(MEASURING_MS);
  for (const { sync, forMs } of scenes) {
    const arrivesAt = host.up(at);
    const when = new Date(host.roomTime(at)).toISOString();
    run(arrivesAt);
    anchor = anchorOf({ ...sync, at: when }, { ...anchor, startedAt: 0 }, null, Math.round(at));
    shown = anchor;
    for (const client of crowd) client.hear(anchor, at);
    run(at + forMs);
  }
  return drift;
}

interface Options {
  readonly clients?: number;
  readonly fault?: Fault;
}

const MEASURING_MS = 60_000;

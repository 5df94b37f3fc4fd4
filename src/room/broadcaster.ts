/**
 * What the room says, gathered into frames: one serialised frame for everyone, at most one a tick. Nothing is sent or
 * acknowledged before it is stored, and both happen in one turn, so a socket never misses what others saw.
 */
import type { ReactionKind, RoomEventBody } from '@/contracts/room';
import { type Answer, type Passing, withSeq } from '@/contracts/room-wire';
import { SECOND_MS } from '@/shared/time';
import type { Presence } from './presence';
import type { MessageKey, NewEvent } from './sql';
import type { RoomStore } from './store';

const VIEWER_COUNT_EVERY_MS = SECOND_MS;
/** Past it a socket gets what is stored alone, and past the second it is closed. */
export const BUFFERED_BYTES_LEAN = 256 * 1_024;
export const BUFFERED_BYTES_MAX = 1_024 * 1_024;

const LOOK_FOR_SLOW_EVERY_MS = SECOND_MS;

const TICK_MS_MIN = 10;
const TICK_MS_MAX = 500;
const TICK_MS_PER_SOCKET = 0.13;
/** How long reactions and counts wait for an event to leave with, before they are a frame of their own. */
const PASSING_WAIT_MS = 500;

/** How long frames are apart. By the number of sockets, since a clock stands still inside synchronous code. */
export function tickMs(sockets: number): number {
  return Math.min(TICK_MS_MAX, Math.max(TICK_MS_MIN, sockets * TICK_MS_PER_SOCKET));
}

/** Called with the event's seq once it is stored (null: it waits for its release), or with the error that kept it out. */
export type OnStored = (seq: number | null, error?: unknown) => void;

interface Entry extends NewEvent {
  /** Set: nobody sees it before then. */
  readonly releaseAt?: number;
  readonly commandId?: string;
  readonly waiting: OnStored[];
}

interface Surroundings {
  readonly store: RoomStore;
  readonly presence: () => Presence;
  readonly now: () => number;
  readonly tickMs: (sockets: number) => number;
  /** Runs it after a while; answers what calls it off. */
  readonly later: (run: () => void, ms: number) => () => void;
  /** After each new viewer count that was sent. */
  readonly onViewerCount: (count: number) => void;
  /** After messages, or events from outside, were stored. */
  readonly onTraces: () => void;
}

export class Broadcaster {
  #entries: Entry[] = [];
  #reactions = new Map<ReactionKind, number>();
  #onFlush: (() => void)[] = [];
  #answers = new Map<WebSocket, Answer[]>();
  /** What a socket gets in the place of an event: its seq, and the body. */
  #replacements = new Map<WebSocket, Map<number, string>>();
  /** Found with much in their buffers when last looked for. */
  readonly #slow = new Set<WebSocket>();
  #lookedAt = 0;
  #countChanged = false;
  #countSent = -1;
  #countSentAt = 0;
  #flushedAt = 0;
  #isFlushing = false;
  #cancelTimer: (() => void) | undefined;
  /** When (ms) the timer fires: something that can wait less sets it anew. */
  #timerAt = 0;

  constructor(private readonly room: Surroundings) {}

  /** A durable event. @param entry.commandId marked as seen together with it */
  add(entry: Omit<Entry, 'waiting'>, onStored?: OnStored): void {
    this.#entries.push({ ...entry, waiting: onStored ? [onStored] : [] });
    this.#schedule();
  }

  /** What is in the buffer is there already, though no look-up in the store finds it yet. */
  findMessage(
    userId: string,
    clientId: string,
  ): { body: string; key: MessageKey; wait(onStored: OnStored): void } | undefined {
    const entry = this.#entries.find(({ message }) => message?.userId === userId && message.clientId === clientId);
    if (!entry?.message) return undefined;
    return { body: entry.body, key: entry.message, wait: (onStored) => entry.waiting.push(onStored) };
  }

  waitForCommand(commandId: string, onStored: OnStored): boolean {
    const entry = this.#entries.find((candidate) => candidate.commandId === commandId);
    entry?.waiting.push(onStored);
    return entry !== undefined;
  }

  /** @param onStored when the count is in the store */
  react(kind: ReactionKind, onStored?: () => void): void {
    this.#reactions.set(kind, (this.#reactions.get(kind) ?? 0) + 1);
    if (onStored) this.#onFlush.push(onStored);
    this.#schedule();
  }

  viewersChanged(): void {
    this.#countChanged = true;
    this.#schedule();
  }

  /** With the frame that is being made: only from within an OnStored. */
  answerInFrame(socket: WebSocket, answer: Answer): void {
    const answers = this.#answers.get(socket);
    if (answers) answers.push(answer);
    else this.#answers.set(socket, [answer]);
  }

  /** This socket gets another body of the event in the frame that is being made: only from within an OnStored. */
  replaceInFrame(socket: WebSocket, seq: number, body: string): void {
    const replacements = this.#replacements.get(socket) ?? new Map<number, string>();
    this.#replacements.set(socket, replacements.set(seq, withSeq(body, seq)));
  }

  /** At once. */
  answer(socket: WebSocket, answer: Answer): void {
    this.#send(socket, JSON.stringify([answer]));
  }

  /** At once, to one socket alone; not stored. */
  tell(socket: WebSocket, event: RoomEventBody): void {
    this.#send(socket, JSON.stringify([event]));
  }

  /** Stores and sends all that has gathered, now. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    // From the flush's start: a loop over a thousand sockets would make every tick that much longer.
    this.#flushedAt = this.room.now();
    this.#isFlushing = true;
    try {
      const reactions = this.#reactions;
      this.#reactions = new Map();
      const durable = this.#store(reactions);
      const passing = this.#takePassing(reactions);
      for (const done of this.#onFlush.splice(0)) done();
      this.#broadcast(durable, passing);
    } finally {
      this.#isFlushing = false;
    }
    this.#schedule();
  }

  /** The timer exists only while something waits for it, so that a quiet room may hibernate. */
  #schedule(): void {
    // A socket that a flush closes changes the count; the frame goes to the others first.
    if (this.#isFlushing) return;
    const waitMs = this.#waitMs();
    if (waitMs === undefined) return;
    if (waitMs <= 0) {
      this.flush();
      return;
    }
    const at = this.room.now() + waitMs;
    if (this.#cancelTimer && this.#timerAt <= at) return;
    this.#cancelTimer?.();
    this.#timerAt = at;
    this.#cancelTimer = this.room.later(() => this.flush(), waitMs);
  }

  /** How long what has gathered can wait; nothing if nothing has. Events wait the least, and take the rest with them. */
  #waitMs(): number | undefined {
    const now = this.room.now();
    // At most the whole wait: a clock that was set back must not hold the room up.
    const left = (waitMs: number, since: number) => Math.min(waitMs, since + waitMs - now);
    if (this.#entries.length > 0) return left(this.room.tickMs(this.room.presence().socketCount), this.#flushedAt);
    const passing = left(PASSING_WAIT_MS, this.#flushedAt);
    if (this.#reactions.size > 0) return passing;
    return this.#countChanged ? Math.max(passing, left(VIEWER_COUNT_EVERY_MS, this.#countSentAt)) : undefined;
  }

  /** One insert for all that gathered. @returns the events that leave now, as JSON */
  #store(reactions: ReadonlyMap<ReactionKind, number>): string[] {
    if (this.#entries.length === 0 && reactions.size === 0) return [];
    const entries = this.#entries;
    this.#entries = [];
    const { store } = this.room;
    const immediate = entries.filter(({ releaseAt }) => releaseAt === undefined);
    const held = entries.flatMap(({ at, body, message, releaseAt }) =>
      message && releaseAt !== undefined ? [{ key: message, at, body, releaseAt }] : [],
    );
    const commandIds = entries.flatMap(({ commandId }) => commandId ?? []);
    let seq = store.seq + 1;
    const first = seq;
    try {
      store.atomically(() => {
        if (immediate.length > 0) store.append(immediate);
        if (held.length > 0) store.waiting.hold(held);
        if (commandIds.length > 0) store.markSeen(commandIds);
        if (reactions.size > 0) store.viewers.addReactions(reactions);
      });
    } catch (error) {
      this.#onFlush = [];
      for (const { waiting } of entries) for (const onStored of waiting) onStored(null, error);
      throw error;
    }
    if (commandIds.length > 0 || entries.some(({ message }) => message)) this.room.onTraces();
    for (const { releaseAt, waiting } of entries) {
      const given = releaseAt === undefined ? seq++ : null;
      for (const onStored of waiting) onStored(given);
    }
    return immediate.map(({ body }, index) => withSeq(body, first + index));
  }

  #takePassing(reactions: ReadonlyMap<ReactionKind, number>): Passing[] {
    const passing: Passing[] = [];
    if (reactions.size > 0) passing.push({ type: 'new-reaction', counts: Object.fromEntries(reactions) });
    const { viewerCount } = this.room.presence();
    const isTime = this.#flushedAt >= this.#countSentAt + VIEWER_COUNT_EVERY_MS || this.#flushedAt < this.#countSentAt;
    if (this.#countChanged && isTime) {
      this.#countChanged = false;
      if (viewerCount !== this.#countSent) {
        passing.push({ type: 'viewer-count', viewerCount });
        this.#countSent = viewerCount;
        this.#countSentAt = this.#flushedAt;
        this.room.onViewerCount(viewerCount);
      }
    }
    return passing;
  }

  #broadcast(durable: readonly string[], passing: readonly Passing[]): void {
    const answers = this.#answers;
    const replacements = this.#replacements;
    this.#answers = new Map();
    this.#replacements = new Map();
    const first = this.room.store.seq - durable.length + 1;
    const lean = durable.join(',');
    const full = [...durable, ...passing.map((event) => JSON.stringify(event))].join(',');
    if (full === '' && answers.size === 0) return;
    const fullFrame = `[${full}]`;
    const leanFrame = `[${lean}]`;
    this.#lookForSlow();
    for (const socket of [...this.room.presence().sockets()]) {
      const isLean = this.#slow.has(socket);
      const own = answers.get(socket);
      const replaced = replacements.get(socket);
      const common = isLean ? lean : full;
      const events = replaced ? `${replaceIn(durable, first, replaced)}${common.slice(lean.length)}` : common;
      if (own || replaced) {
        const front = JSON.stringify(own ?? []).slice(1, -1);
        this.#send(socket, front === '' || events === '' ? `[${front}${events}]` : `[${front},${events}]`);
      } else if (events !== '') this.#send(socket, isLean ? leanFrame : fullFrame);
    }
  }

  /** Once in a while: reading what is buffered costs a share of every send, and a backlog takes time to grow. */
  #lookForSlow(): void {
    if (this.#flushedAt >= this.#lookedAt && this.#flushedAt < this.#lookedAt + LOOK_FOR_SLOW_EVERY_MS) return;
    this.#lookedAt = this.#flushedAt;
    this.#slow.clear();
    for (const socket of [...this.room.presence().sockets()]) {
      // NOTE: older versions of the platform do not tell what is buffered.
      const buffered = socket.bufferedAmount ?? 0;
      if (buffered > BUFFERED_BYTES_MAX) this.room.presence().drop(socket, 'tooSlow', this.room.now());
      else if (buffered > BUFFERED_BYTES_LEAN) this.#slow.add(socket);
    }
  }

  #send(socket: WebSocket, frame: string): void {
    try {
      socket.send(frame);
    } catch {
      // Closed under our hands: its close event comes, or came already.
      this.room.presence().lose(socket, this.room.now());
    }
  }
}

function replaceIn(durable: readonly string[], first: number, bodies: ReadonlyMap<number, string>): string {
  return durable.map((event, index) => bodies.get(first + index) ?? event).join(',');
}

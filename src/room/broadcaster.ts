/**
 * Gathers the room's events into frames: one serialised frame for everyone, at most one per tick. Events are stored
 * before they are sent or acknowledged, in the same turn, so no socket misses an event that others saw.
 */
import type { RoomEventBody } from '@/contracts/room-command';
import { type EventBody, writeEvent } from '@/contracts/room-events/events';
import type { ReactionKind } from '@/contracts/room-figures';
import { type Answer, type Passing, type ProductStock, withSeq } from '@/contracts/room-wire';
import { Newest } from './newest';
import type { Presence } from './presence';
import { SlowSockets } from './slow-sockets';
import type { MessageKey, NewEvent } from './sql';
import type { RoomStore } from './store';
import type { Hold } from './waiting-store';

const TICK_MS_MIN = 10;
const TICK_MS_MAX = 500;
const TICK_MS_PER_SOCKET = 0.13;
/** How long reactions and counts wait for an event's frame before they get one of their own. */
const PASSING_WAIT_MS = 500;

/** The time between frames. It depends on the number of sockets, since a clock stands still inside synchronous code. */
export function tickMs(sockets: number): number {
  return Math.min(TICK_MS_MAX, Math.max(TICK_MS_MIN, sockets * TICK_MS_PER_SOCKET));
}

/**
 * Called with the event's seq once it is stored (null if it waits, as `hold` says), or with the error that prevented it.
 * Of a message, also with its id.
 */
export type OnStored = (
  seq: number | null,
  error?: unknown,
  stored?: { readonly messageId?: string | undefined; readonly hold?: Hold | undefined },
) => void;

interface Entry extends NewEvent {
  /** If set, the message waits. */
  readonly hold?: Hold;
  readonly commandId?: string;
  readonly waiting: OnStored[];
}

interface Surroundings {
  readonly store: RoomStore;
  readonly presence: () => Presence;
  readonly now: () => number;
  readonly tickMs: (sockets: number) => number;
  /** Schedules a call; returns a function that cancels it. */
  readonly later: (run: () => void, ms: number) => () => void;
  /** Called after each new viewer count that is sent. */
  readonly onViewerCount: (count: number) => void;
  /** Called for each message while its frame is made, with its body as it is sent. */
  readonly onMessage: (message: MessageKey, seq: number, body: string) => void;
  /** Called after messages, or events from outside, are stored. */
  readonly onTraces: () => void;
  /** Called after each frame to everyone. */
  readonly onFrame: () => void;
}

export class Broadcaster {
  #entries: Entry[] = [];
  #reactions = new Map<ReactionKind, number>();
  #onFlush: (() => void)[] = [];
  #answers = new Map<WebSocket, (Answer | RoomEventBody)[]>();
  /** Per socket: the bodies that replace an event's, by seq. */
  #replacements = new Map<WebSocket, Map<number, string>>();
  readonly #slow: SlowSockets;
  readonly #newest: Newest;
  #flushedAt = 0;
  #isFlushing = false;
  #cancelTimer: (() => void) | undefined;
  /** When (ms) the timer fires. Something more urgent sets it again. */
  #timerAt = 0;

  constructor(private readonly room: Surroundings) {
    this.#slow = new SlowSockets(room.presence);
    this.#newest = new Newest(room);
  }

  /** Adds a durable event. @param entry.commandId stored as seen together with the event */
  add(entry: Omit<Entry, 'waiting'>, onStored?: OnStored): void {
    this.#entries.push({ ...entry, waiting: onStored ? [onStored] : [] });
    this.#schedule();
  }

  /** Finds a message that is still in the buffer, where the store cannot find it yet. */
  findMessage(
    userId: string,
    clientId: string,
  ): { body: string; reason: Hold['reason'] | null; wait(onStored: OnStored): void } | undefined {
    const entry = this.#entries.find(({ message }) => message?.userId === userId && message.clientId === clientId);
    if (!entry) return undefined;
    const { body, hold, waiting } = entry;
    return { body, reason: hold?.reason ?? null, wait: (onStored) => waiting.push(onStored) };
  }

  /** The authors of messages in the buffer that will wait for a moderator. */
  undecided(): string[] {
    return this.#entries.flatMap(({ hold, message }) => (hold?.releaseAt === null && message ? [message.userId] : []));
  }

  waitForCommand(commandId: string, onStored: OnStored): boolean {
    const entry = this.#entries.find((candidate) => candidate.commandId === commandId);
    entry?.waiting.push(onStored);
    return entry !== undefined;
  }

  /** @param onStored called when the count is stored */
  react(kind: ReactionKind, onStored?: () => void): void {
    this.#reactions.set(kind, (this.#reactions.get(kind) ?? 0) + 1);
    if (onStored) this.#onFlush.push(onStored);
    this.#schedule();
  }

  viewersChanged(): void {
    this.#newest.viewersChanged();
    this.#schedule();
  }

  /** Sent at most once a second. Newer numbers replace those that still wait. */
  tellStock(events: readonly ProductStock[]): void {
    this.#newest.putStock(events);
    this.#schedule();
  }

  /** Sent at most once a second. @param event null: what still waits is not sent */
  tellPoll(event: EventBody<'poll-updated'> | null): void {
    this.#newest.putPoll(event);
    if (event) this.#schedule();
  }

  /** Adds the answer to the frame that is being made. Call it only from within an OnStored. */
  answerInFrame(socket: WebSocket, answer: Answer): void {
    this.#addToFrame(socket, answer);
  }

  /** The same for an event that only this socket gets, and that is not stored. */
  tellInFrame(socket: WebSocket, event: RoomEventBody): void {
    this.#addToFrame(socket, event);
  }

  #addToFrame(socket: WebSocket, own: Answer | RoomEventBody): void {
    const others = this.#answers.get(socket);
    if (others) others.push(own);
    else this.#answers.set(socket, [own]);
  }

  /**
   * Sends this socket another body of the event, in the frame that is being made. Call it only from within an OnStored.
   */
  replaceInFrame(socket: WebSocket, seq: number, body: string): void {
    const replacements = this.#replacements.get(socket) ?? new Map<number, string>();
    this.#replacements.set(socket, replacements.set(seq, withSeq(body, seq)));
  }

  /** Sends the answer at once. */
  answer(socket: WebSocket, answer: Answer): void {
    this.#send(socket, `[${writeEvent(answer)}]`);
  }

  /** Sends the event at once, to this socket only, and does not store it. */
  tell(socket: WebSocket, event: RoomEventBody): void {
    this.#send(socket, `[${writeEvent(event)}]`);
  }

  /** The same for several events, in one frame. */
  tellAll(socket: WebSocket, events: readonly RoomEventBody[]): void {
    this.#send(socket, `[${events.map(writeEvent).join(',')}]`);
  }

  /** Stores and sends everything in the buffer now. */
  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    // Measured from the start of the flush, so that a loop over a thousand sockets does not lengthen every tick.
    this.#flushedAt = this.room.now();
    this.#isFlushing = true;
    try {
      const reactions = this.#reactions;
      this.#reactions = new Map();
      const durable = this.#store(reactions);
      const passing: Passing[] = [
        ...(reactions.size > 0 ? [{ type: 'new-reaction' as const, counts: Object.fromEntries(reactions) }] : []),
        ...this.#newest.take(this.#flushedAt),
      ];
      for (const done of this.#onFlush.splice(0)) done();
      this.#broadcast(durable, passing);
    } finally {
      this.#isFlushing = false;
    }
    this.#schedule();
  }

  /** Sets the timer only while something waits for it, so that a quiet room can hibernate. */
  #schedule(): void {
    // A flush that closes a socket changes the count. The others get their frame first.
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

  /** How long the buffer can wait; undefined if it is empty. Events wait the shortest, and take the rest with them. */
  #waitMs(): number | undefined {
    const now = this.room.now();
    // Never longer than the whole wait, even if the clock was set back.
    const left = (waitMs: number, since: number) => Math.min(waitMs, since + waitMs - now);
    if (this.#entries.length > 0) return left(this.room.tickMs(this.room.presence().socketCount), this.#flushedAt);
    const passing = left(PASSING_WAIT_MS, this.#flushedAt);
    if (this.#reactions.size > 0) return passing;
    const newest = this.#newest.waitMs(now);
    return newest === undefined ? undefined : Math.max(passing, newest);
  }

  /** Stores the whole buffer with one insert. @returns the events to send now, as JSON */
  #store(reactions: ReadonlyMap<ReactionKind, number>): string[] {
    if (this.#entries.length === 0 && reactions.size === 0) return [];
    const entries = this.#entries;
    this.#entries = [];
    const { store } = this.room;
    const immediate = entries.filter(({ hold }) => hold === undefined);
    const held = entries.flatMap(({ at, body, message, hold }) =>
      message && hold ? [{ at, body, message, ...hold }] : [],
    );
    const commandIds = entries.flatMap(({ commandId }) => commandId ?? []);
    let seq = store.seq + 1;
    const first = seq;
    try {
      store.atomically(() => {
        if (immediate.length > 0) store.append(immediate);
        if (held.length > 0) store.waiting.hold(held);
        if (commandIds.length > 0) store.markSeen(commandIds);
        if (reactions.size > 0) store.viewers.addReactions(reactions, this.#flushedAt);
      });
    } catch (error) {
      this.#onFlush = [];
      for (const { waiting } of entries) for (const onStored of waiting) onStored(null, error);
      throw error;
    }
    if (commandIds.length > 0 || entries.some(({ message }) => message)) this.room.onTraces();
    // Only now, since a message that was answered may have been deleted while the answer waited.
    const bodies = store.fill(immediate.map(({ body }) => body));
    for (const { message, hold, waiting } of entries) {
      const given = hold === undefined ? seq++ : null;
      const body = given === null ? undefined : bodies[given - first];
      if (message && given !== null && body !== undefined) this.room.onMessage(message, given, body);
      for (const onStored of waiting) onStored(given, undefined, { messageId: message?.id, hold });
    }
    return bodies.map((body, index) => withSeq(body, first + index));
  }

  #broadcast(durable: readonly string[], passing: readonly Passing[]): void {
    const answers = this.#answers;
    const replacements = this.#replacements;
    this.#answers = new Map();
    this.#replacements = new Map();
    const first = this.room.store.seq - durable.length + 1;
    const lean = durable.join(',');
    const full = [...durable, ...passing.map(writeEvent)].join(',');
    if (full === '' && answers.size === 0) return;
    if (full !== '') this.room.onFrame();
    const fullFrame = `[${full}]`;
    const leanFrame = `[${lean}]`;
    this.#slow.look(this.#flushedAt);
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

  #send(socket: WebSocket, frame: string): void {
    try {
      socket.send(frame);
    } catch {
      // The socket is already closed: its close event follows, or came before.
      this.room.presence().lose(socket, this.room.now());
    }
  }
}

function replaceIn(durable: readonly string[], first: number, bodies: ReadonlyMap<number, string>): string {
  return durable.map((event, index) => bodies.get(first + index) ?? event).join(',');
}

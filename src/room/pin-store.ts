/**
 * What is pinned in a room. A pinned message is stored by its id alone and filled in whenever it is sent or read, so
 * whatever hides, erases or renames it also applies here.
 */
import type { Announcement, Pin, PinnedMessage } from '@/contracts/chat-message';
import { toIso } from '@/shared/time';
import { Meta } from './meta';
import { GONE, rowsOf } from './sql';

const KEY = 'pin';
const PINNED = '{"type":"message-pinned"';

/** Rooms store it, so its field names never change. */
export interface StoredPin {
  /** When (ms), by the event with this seq. */
  readonly at: number;
  readonly seq: number;
  readonly by: string;
  /** Either of them. */
  readonly messageId?: string;
  readonly announcement?: Announcement;
}

interface PinStoreParts {
  readonly sql: SqlStorage;
  /** A stored message as viewers may see it, as the event's body. */
  readonly show: (row: { seq: number; messageId: string; userId: string; body: string }) => string;
}

export class PinStore {
  readonly #meta: Meta;
  #pin: StoredPin | null = null;

  constructor(private readonly parts: PinStoreParts) {
    this.#meta = new Meta(parts.sql);
  }

  /** Requires that the tables exist. */
  load(): void {
    this.#pin = this.#meta.read<StoredPin>(KEY) ?? null;
  }

  get current(): StoredPin | null {
    return this.#pin;
  }

  set current(pin: StoredPin | null) {
    this.#pin = pin;
    this.#meta.write(KEY, pin);
  }

  /** @param withBy for those who may know who pinned it */
  present({ at, by, messageId, announcement }: StoredPin, withBy: boolean): Pin {
    const message = messageId === undefined ? undefined : this.#read(messageId);
    return {
      at: toIso(at),
      ...(withBy ? { by } : {}),
      ...(message ? { message } : {}),
      ...(announcement ? { announcement } : {}),
    };
  }

  /** The bodies as they are sent: pins of messages get the message. */
  fill(bodies: readonly string[]): readonly string[] {
    return bodies.map((body) => (body.startsWith(PINNED) ? this.#filled(body) : body));
  }

  #filled(body: string): string {
    const event = JSON.parse(body); // stored by `Pins`
    const { messageId, ...pin } = event.pin;
    if (messageId === undefined) return body;
    return JSON.stringify({ ...event, pin: { ...pin, message: this.#read(messageId) } });
  }

  #read(messageId: string): PinnedMessage | undefined {
    const [row] = rowsOf<{ seq: number; messageId: string; userId: string; body: string }>(
      this.parts.sql,
      'SELECT seq, message_id AS messageId, user_id AS userId, body FROM events WHERE message_id = ?1',
      messageId,
    );
    if (!row) return undefined;
    const { type: _, ...message } = JSON.parse(this.parts.show(row)); // written by bodyOfMessage
    return { ...message, seq: row.seq };
  }

  /** Renames the author of the announcement that is pinned. */
  rename(userId: string, { username, displayName }: { readonly username: string; readonly displayName: string }): void {
    const pin = this.#pin;
    if (pin?.announcement?.userId !== userId) return;
    this.current = { ...pin, announcement: { ...pin.announcement, username, displayName } };
  }

  /** Erases the announcement's text. `Pins` then takes it down. */
  forget(userId: string): void {
    const pin = this.#pin;
    if (pin?.announcement?.userId !== userId) return;
    const { username, displayName } = GONE;
    this.current = {
      ...pin,
      announcement: { ...pin.announcement, username, displayName, avatarUrl: null, badges: [], text: '' },
    };
  }
}

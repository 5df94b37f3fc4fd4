/**
 * The room's data in the object's SQLite: numbered events and commands. Messages, waiting messages and gifts, viewers,
 * activity, sanctions, screenings, products, emotes, polls, due tasks and users' traces have stores of their own. Calls
 * are synchronous, so everything written in one turn is stored together or not at all.
 */
import type { RoomSetup } from '@/contracts/room-command';
import type { Maintenance } from '@/shared/maintenance';
import { ActivityStore } from './activity-store';
import { DueStore } from './due-store';
import { EmoteStore } from './emote-store';
import { GiftStore } from './gift-store';
import { LatestWriters } from './mentions';
import { MessageStore } from './message-store';
import { Meta } from './meta';
import { ModerationStore } from './moderation-store';
import { NOTHING_PLAYED, type NowPlaying } from './now-playing';
import { PinStore } from './pin-store';
import { PollStore } from './poll-store';
import { ReplyStore } from './reply-store';
import { SanctionStore } from './sanction-store';
import { SCHEMA } from './schema';
import { ScreeningStore } from './screening-store';
import { ShopStore } from './shop-store';
import { type NewEvent, type Row, rowsOf, type StoredEvent } from './sql';
import { TraceStore } from './trace-store';
import { ViewerStore } from './viewer-store';
import { WaitingStore } from './waiting-store';
import { shownBody } from './withheld';
import { WithheldStore } from './withheld-store';

const NO_MAINTENANCE: Maintenance = { revision: 0, window: null };
/** The most rows of one INSERT; a frame seldom has more. */
const INSERT_ROWS_MAX = 1_000;

export class RoomStore {
  readonly viewers: ViewerStore;
  readonly activity: ActivityStore;
  readonly sanctions: SanctionStore;
  readonly moderation: ModerationStore;
  readonly traces: TraceStore;
  readonly gifts: GiftStore;
  readonly messages: MessageStore;
  readonly waiting: WaitingStore;
  readonly withheld: WithheldStore;
  readonly replies: ReplyStore;
  readonly pins: PinStore;
  readonly polls: PollStore;
  readonly writers: LatestWriters;
  readonly screenings: ScreeningStore;
  readonly shop: ShopStore;
  readonly emotes: EmoteStore;
  readonly due: DueStore;
  readonly #sql: SqlStorage;
  readonly #meta: Meta;
  #setup: { at: number; setup: RoomSetup } | undefined;
  #maintenance = NO_MAINTENANCE;
  #nowPlaying = NOTHING_PLAYED;
  #seq = 0;
  #isPrepared = false;
  constructor(private readonly storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    this.#meta = new Meta(storage.sql);
    this.viewers = new ViewerStore(storage.sql);
    this.activity = new ActivityStore(storage.sql);
    this.sanctions = new SanctionStore(storage.sql);
    this.moderation = new ModerationStore(storage.sql);
    this.traces = new TraceStore(storage.sql);
    this.gifts = new GiftStore(storage.sql);
    this.messages = new MessageStore(storage.sql);
    this.waiting = new WaitingStore(storage.sql);
    this.withheld = new WithheldStore(storage.sql);
    this.writers = new LatestWriters(storage.sql);
    this.replies = new ReplyStore(storage.sql, (...message) => this.isWithheld(...message));
    this.polls = new PollStore(storage.sql);
    this.pins = new PinStore({ sql: storage.sql, show: (row) => this.#show([row])[0] ?? row.body });
    this.screenings = new ScreeningStore(storage.sql);
    this.shop = new ShopStore(storage.sql);
    this.emotes = new EmoteStore(storage.sql);
    this.due = new DueStore(storage.sql);
    if (this.#hasTables()) this.prepare();
  }

  /** Creates the tables if there are none. An object that was never set up stores nothing. */
  prepare(): void {
    if (this.#isPrepared) return;
    const version = this.#hasTables() ? (this.#meta.read<number>('schema') ?? 0) : 0;
    for (const step of SCHEMA.slice(version)) this.#sql.exec(step);
    if (version < SCHEMA.length) this.#meta.write('schema', SCHEMA.length);
    this.#setup = this.#meta.read('setup');
    this.#maintenance = this.#meta.read('maintenance') ?? NO_MAINTENANCE;
    this.#nowPlaying = this.#meta.read('now-playing') ?? NOTHING_PLAYED;
    this.#seq = rowsOf<{ seq: number | null }>(this.#sql, 'SELECT max(seq) AS seq FROM events')[0]?.seq ?? 0;
    this.sanctions.load();
    this.withheld.load();
    this.screenings.load();
    this.shop.load();
    this.pins.load();
    this.polls.load();
    this.emotes.load();
    this.#isPrepared = true;
  }

  /** False if there are no tables; then nothing may be queried. */
  get isPrepared(): boolean {
    return this.#isPrepared;
  }

  /** Undefined for an object that was never set up. */
  get setup(): RoomSetup | undefined {
    return this.#setup?.setup;
  }

  /** True if this is a support room. */
  get isSupport(): boolean {
    return this.setup?.kind === 'support';
  }

  get hostId(): string | undefined {
    return this.#setup?.setup.creatorId;
  }

  get setupAt(): number {
    return this.#setup?.at ?? 0;
  }

  /** The seq of the newest event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  saveSetup(at: number, setup: RoomSetup): void {
    this.#setup = { at, setup };
    this.#meta.write('setup', this.#setup);
  }

  /** The platform's maintenance window, as the room last heard of it. */
  get maintenance(): Maintenance {
    return this.#maintenance;
  }

  saveMaintenance(maintenance: Maintenance): void {
    this.#maintenance = maintenance;
    this.#meta.write('maintenance', maintenance);
  }

  get nowPlaying(): NowPlaying {
    return this.#nowPlaying;
  }

  saveNowPlaying(nowPlaying: NowPlaying): void {
    this.#nowPlaying = nowPlaying;
    this.#meta.write('now-playing', nowPlaying);
  }

  /** Stores all writes or none, also if `write` throws. */
  atomically<T>(write: () => T): T {
    const seq = this.#seq;
    try {
      return this.storage.transactionSync(write);
    } catch (error) {
      this.#seq = seq;
      throw error;
    }
  }

  // --- Events

  /** Numbers the events in the given order and stores them. */
  append(events: readonly NewEvent[]): void {
    const first = this.#seq + 1;
    for (let start = 0; start < events.length; start += INSERT_ROWS_MAX) {
      const rows = events
        .slice(start, start + INSERT_ROWS_MAX)
        .map(({ at, body, message }) => [message?.id, message?.userId, message?.clientId, at, body]);
      this.#sql.exec(
        `INSERT INTO events (seq, message_id, user_id, client_id, at, body)
         SELECT key + ?1, value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4 FROM json_each(?2)`,
        first + start,
        JSON.stringify(rows),
      );
    }
    this.#seq += events.length;
  }

  /** With withheld texts hidden. @param reader their own messages have their client's id */
  eventsAfter(seq: number, upTo: number, reader = ''): StoredEvent[] {
    return this.#shown('seq > ?1 AND seq <= ?2 ORDER BY seq', [seq, upTo], reader);
  }

  /** A page of all events, oldest first, for the archive. */
  eventPage(afterSeq: number, limit: number): (StoredEvent & { readonly at: number })[] {
    return rowsOf<StoredEvent & { at: number } & Row>(
      this.#sql,
      'SELECT seq, at, body FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2',
      afterSeq,
      limit,
    );
  }

  /** Newest first, with withheld texts hidden. @param reader as in `eventsAfter` */
  messagesBefore(seq: number, limit: number, reader = ''): StoredEvent[] {
    return this.#shown('message_id IS NOT NULL AND seq < ?1 ORDER BY seq DESC LIMIT ?2', [seq, limit], reader);
  }

  #shown(condition: string, bindings: readonly [number, number], reader: string): StoredEvent[] {
    const rows = rowsOf<StoredEvent & { messageId: string | null; userId: string | null } & Row>(
      this.#sql,
      `SELECT seq, message_id AS messageId, user_id AS userId,
         iif(user_id = ?3, json_set(body, '$.clientId', client_id), body) AS body FROM events WHERE ${condition}`,
      ...bindings,
      reader,
    );
    const bodies = this.pins.fill(this.#show(rows));
    return rows.map(({ seq, body }, index) => ({ seq, body: bodies[index] ?? body }));
  }

  /** The bodies as viewers may see them. */
  #show(rows: readonly Parameters<typeof shownBody>[0][]): readonly string[] {
    const showsAll = this.sanctions.withholdsNothing && this.withheld.isEmpty;
    const hidden = {
      isWithheld: (id: string, authorId: string, seq: number) => this.isWithheld(id, authorId, seq),
      isPollHidden: (id: string) => this.isPollHidden(id),
    };
    const shown = (row: Parameters<typeof shownBody>[0]) => shownBody(row, hidden);
    return this.replies.fill(rows.map((row) => (showsAll ? row.body : shown(row))));
  }

  /** The bodies of new events as they are sent. */
  fill(bodies: readonly string[]): readonly string[] {
    return this.pins.fill(this.replies.fill(bodies));
  }

  /** Whether its texts are hidden with what its author wrote. */
  isPollHidden(pollId: string): boolean {
    const poll = this.polls.find(pollId);
    return poll !== undefined && this.isWithheld(pollId, poll.createdBy, poll.seq);
  }

  isWithheld(messageId: string, authorId: string, seq: number): boolean {
    return seq <= this.sanctions.withheldThrough(authorId) || this.withheld.has(messageId);
  }

  // --- Commands

  hasSeen(commandId: string): boolean {
    return rowsOf(this.#sql, 'SELECT 1 FROM commands WHERE id = ?1', commandId).length > 0;
  }

  markSeen(commandIds: readonly string[]): void {
    this.#sql.exec('INSERT OR IGNORE INTO commands SELECT value FROM json_each(?1)', JSON.stringify(commandIds));
  }

  /** Erases everything; the room is then like one that was never set up. */
  async erase(): Promise<void> {
    await this.storage.deleteAlarm();
    await this.storage.deleteAll();
    this.#setup = undefined;
    this.#maintenance = NO_MAINTENANCE;
    this.#nowPlaying = NOTHING_PLAYED;
    this.writers.forget();
    this.#seq = 0;
    this.#isPrepared = false;
  }

  #hasTables(): boolean {
    return rowsOf(this.#sql, `SELECT 1 FROM sqlite_master WHERE name = 'meta'`).length > 0;
  }
}

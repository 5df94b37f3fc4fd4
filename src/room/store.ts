/**
 * The room's truth, in the object's SQLite: numbered events, messages that wait for their release, viewer intervals,
 * sanctions. Calls are synchronous, so whatever one turn writes is written together or not at all.
 */
import type { RoomSetup, TimeOut } from '@/room/api';
import type { Interval } from './figures';

/** The numbered steps from nothing to today's schema: a room is brought up to date when it wakes. */
const SCHEMA = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
  -- body: the event's JSON without its seq. The client's own id makes a message unique to its user.
  CREATE TABLE events (
    seq INTEGER PRIMARY KEY, message_id TEXT UNIQUE, user_id TEXT, client_id TEXT, at INTEGER NOT NULL,
    body TEXT NOT NULL, UNIQUE (user_id, client_id)
  ) STRICT;
  -- Messages that wait; release_at is NULL once one was deleted before anybody saw it.
  CREATE TABLE pending (
    message_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, client_id TEXT NOT NULL, at INTEGER NOT NULL,
    body TEXT NOT NULL, release_at INTEGER, UNIQUE (user_id, client_id)
  ) STRICT;
  CREATE INDEX pending_by_release ON pending (release_at) WHERE release_at IS NOT NULL;
  -- id: the pass that opened it, so a pass is good once. viewer: 'user:<id>' or 'guest:<id>'.
  CREATE TABLE intervals (id TEXT PRIMARY KEY, viewer TEXT NOT NULL, joined_at INTEGER NOT NULL, left_at INTEGER) STRICT;
  CREATE INDEX intervals_open ON intervals (id) WHERE left_at IS NULL;
  -- The ids of the newest commands, since they come in any order: v7, so a later one is greater.
  CREATE TABLE sanctions (user_id TEXT PRIMARY KEY, banned_by TEXT, ban_command TEXT NOT NULL DEFAULT '',
    kicked_before TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;
  CREATE TABLE time_outs (user_id TEXT PRIMARY KEY, username TEXT, until INTEGER NOT NULL, reason TEXT,
    by TEXT NOT NULL, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE commands (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
  -- 'reaction:heart', 'click:<product>' -> how many.
  CREATE TABLE tallies (name TEXT PRIMARY KEY, count INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  -- What the one alarm is for.
  CREATE TABLE due (what TEXT PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
] as const;

/** One INSERT takes so many; a frame seldom has more. */
const INSERT_ROWS_MAX = 1_000;

/** A message's own columns. */
export interface MessageKey {
  readonly id: string;
  readonly userId: string;
  readonly clientId: string;
}

export interface NewEvent {
  readonly at: number;
  readonly body: string;
  readonly message?: MessageKey;
}

export interface StoredEvent {
  readonly seq: number;
  readonly body: string;
}

export interface StoredMessage {
  /** Null: it waits for its release. */
  readonly seq: number | null;
  readonly body: string;
}

interface PendingRow {
  readonly message_id: string;
  readonly user_id: string;
  readonly client_id: string;
  readonly at: number;
  readonly body: string;
}

export interface Sanction {
  readonly bannedBy: string | null;
  /** No pass whose id is smaller is good. */
  readonly kickedBefore: string;
}

type Row = Record<string, SqlStorageValue>;

export class RoomStore {
  readonly #sql: SqlStorage;
  #setup: { at: number; setup: RoomSetup } | undefined;
  #seq = 0;
  #isPrepared = false;
  /** Who has a row in sanctions or time_outs: everybody else costs no look-up. */
  readonly #sanctioned = new Set<string>();

  constructor(private readonly storage: DurableObjectStorage) {
    this.#sql = storage.sql;
    if (this.#rows(`SELECT 1 FROM sqlite_master WHERE name = 'meta'`).length > 0) this.prepare();
  }

  /** Makes the tables of a room that has none: an object that was never told what it is for keeps nothing. */
  prepare(): void {
    if (this.#isPrepared) return;
    const exists = this.#rows(`SELECT 1 FROM sqlite_master WHERE name = 'meta'`).length > 0;
    const version = exists ? Number(this.#meta('schema') ?? 0) : 0;
    for (const step of SCHEMA.slice(version)) this.#sql.exec(step);
    if (version < SCHEMA.length) this.#setMeta('schema', String(SCHEMA.length));
    const setup = this.#meta('setup');
    this.#setup = setup === undefined ? undefined : JSON.parse(setup);
    this.#seq = this.#rows<{ seq: number | null }>('SELECT max(seq) AS seq FROM events')[0]?.seq ?? 0;
    for (const { user_id } of this.#rows<{ user_id: string }>(
      'SELECT user_id FROM sanctions UNION SELECT user_id FROM time_outs',
    ))
      this.#sanctioned.add(user_id);
    this.#isPrepared = true;
  }

  /** False: there are no tables, and nothing may be asked of them. */
  get isPrepared(): boolean {
    return this.#isPrepared;
  }

  /** What the stream is; nothing for an object that no stream has set up. */
  get setup(): RoomSetup | undefined {
    return this.#setup?.setup;
  }

  get setupAt(): number {
    return this.#setup?.at ?? 0;
  }

  /** Of the newest event; 0 before the first. */
  get seq(): number {
    return this.#seq;
  }

  saveSetup(at: number, setup: RoomSetup): void {
    this.#setup = { at, setup };
    this.#setMeta('setup', JSON.stringify(this.#setup));
  }

  // --- Events

  /** Numbers the events in the order given and stores them. */
  append(events: readonly NewEvent[]): number {
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
    return first;
  }

  hold(messages: readonly { key: MessageKey; at: number; body: string; releaseAt: number }[]): void {
    const rows = messages.map(({ key, at, body, releaseAt }) => [
      key.id,
      key.userId,
      key.clientId,
      at,
      body,
      releaseAt,
    ]);
    this.#sql.exec(
      `INSERT INTO pending (message_id, user_id, client_id, at, body, release_at)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?1)`,
      JSON.stringify(rows),
    );
  }

  /** Takes the messages whose time has come out of waiting; the caller appends them in the same turn. */
  takeReleased(now: number): (NewEvent & { message: MessageKey })[] {
    const rows = this.#rows<PendingRow & Row>(
      `SELECT message_id, user_id, client_id, at, body FROM pending
       WHERE release_at <= ?1 ORDER BY release_at, at, message_id LIMIT ?2`,
      now,
      INSERT_ROWS_MAX,
    );
    this.#sql.exec(
      'DELETE FROM pending WHERE message_id IN (SELECT value FROM json_each(?1))',
      JSON.stringify(rows.map((row) => row.message_id)),
    );
    return rows.map(({ message_id: id, user_id: userId, client_id: clientId, at, body }) => ({
      at,
      body,
      message: { id, userId, clientId },
    }));
  }

  nextReleaseAt(): number | null {
    return (
      this.#rows<{ at: number | null }>('SELECT min(release_at) AS at FROM pending WHERE release_at IS NOT NULL')[0]
        ?.at ?? null
    );
  }

  eventsAfter(seq: number, upTo: number): StoredEvent[] {
    return this.#rows<StoredEvent & Row>(
      'SELECT seq, body FROM events WHERE seq > ?1 AND seq <= ?2 ORDER BY seq',
      seq,
      upTo,
    );
  }

  /** A page of everything, from the first, for the archive. */
  eventPage(afterSeq: number, limit: number): StoredEvent[] {
    return this.#rows<StoredEvent & Row>(
      'SELECT seq, body FROM events WHERE seq > ?1 ORDER BY seq LIMIT ?2',
      afterSeq,
      limit,
    );
  }

  /** Newest first. */
  messagesBefore(seq: number, limit: number): StoredEvent[] {
    return this.#rows<StoredEvent & Row>(
      'SELECT seq, body FROM events WHERE message_id IS NOT NULL AND seq < ?1 ORDER BY seq DESC LIMIT ?2',
      seq,
      limit,
    );
  }

  findMessage(userId: string, clientId: string): StoredMessage | undefined {
    return this.#rows<{ seq: number | null; body: string }>(
      `SELECT seq, body FROM events WHERE user_id = ?1 AND client_id = ?2
       UNION ALL SELECT NULL, body FROM pending WHERE user_id = ?1 AND client_id = ?2`,
      userId,
      clientId,
    )[0];
  }

  findMessageById(messageId: string): StoredMessage | undefined {
    return this.#rows<{ seq: number | null; body: string }>(
      `SELECT seq, body FROM events WHERE message_id = ?1 UNION ALL SELECT NULL, body FROM pending WHERE message_id = ?1`,
      messageId,
    )[0];
  }

  lastMessageOf(userId: string): { at: number; body: string } | undefined {
    return this.#rows<{ at: number; body: string }>(
      `SELECT at, body FROM (SELECT at, body FROM events WHERE user_id = ?1
       UNION ALL SELECT at, body FROM pending WHERE user_id = ?1) ORDER BY at DESC LIMIT 1`,
      userId,
    )[0];
  }

  /** The text goes for good; the message stays as a gap in the talk, and its client id stays taken. */
  eraseMessage(messageId: string): void {
    const erased = `json_set(body, '$.text', '', '$.deleted', json('true'))`;
    this.#sql.exec(`UPDATE events SET body = ${erased} WHERE message_id = ?1`, messageId);
    this.#sql.exec(`UPDATE pending SET body = ${erased}, release_at = NULL WHERE message_id = ?1`, messageId);
  }

  erasePendingOf(userId: string): void {
    const erased = `json_set(body, '$.text', '', '$.deleted', json('true'))`;
    this.#sql.exec(`UPDATE pending SET body = ${erased}, release_at = NULL WHERE user_id = ?1`, userId);
  }

  countMessages(): number {
    return Number(
      this.#rows(`SELECT (SELECT count(*) FROM events WHERE message_id IS NOT NULL)
        + (SELECT count(*) FROM pending WHERE release_at IS NOT NULL) AS count`)[0]?.count,
    );
  }

  // --- Commands

  hasSeen(commandId: string): boolean {
    return this.#rows('SELECT 1 FROM commands WHERE id = ?1', commandId).length > 0;
  }

  markSeen(commandIds: readonly string[]): void {
    this.#sql.exec('INSERT OR IGNORE INTO commands SELECT value FROM json_each(?1)', JSON.stringify(commandIds));
  }

  // --- Viewers

  /** False if the pass has opened one before. */
  openInterval(passId: string, viewer: string, at: number): boolean {
    const cursor = this.#sql.exec(
      'INSERT OR IGNORE INTO intervals (id, viewer, joined_at) VALUES (?1, ?2, ?3)',
      passId,
      viewer,
      at,
    );
    return cursor.rowsWritten > 0;
  }

  closeInterval(passId: string, at: number): void {
    this.#sql.exec('UPDATE intervals SET left_at = max(joined_at, ?2) WHERE id = ?1 AND left_at IS NULL', passId, at);
  }

  /** Ends every interval that is open, but those of these passes. */
  closeOtherIntervals(openPassIds: readonly string[], at: number): void {
    this.#sql.exec(
      `UPDATE intervals SET left_at = max(joined_at, ?2)
       WHERE left_at IS NULL AND id NOT IN (SELECT value FROM json_each(?1))`,
      JSON.stringify(openPassIds),
      at,
    );
  }

  intervals(): Interval[] {
    return this.#rows<{ viewer: string; joinedAt: number; leftAt: number | null }>(
      'SELECT viewer, joined_at AS joinedAt, left_at AS leftAt FROM intervals ORDER BY viewer, joined_at',
    );
  }

  /** When (ms) the room last knew who was there. */
  get lastSeenAt(): number {
    return Number(this.#meta('lastSeen') ?? 0);
  }

  stampLastSeen(now: number): void {
    this.#setMeta('lastSeen', String(now));
  }

  // --- Sanctions

  /** An older command than the last one about the user changes nothing, and is answered false. */
  setBan(userId: string, bannedBy: string | null, commandId: string): boolean {
    this.#sanctioned.add(userId);
    const cursor = this.#sql.exec(
      `INSERT INTO sanctions (user_id, banned_by, ban_command) VALUES (?1, ?2, ?3)
       ON CONFLICT (user_id) DO UPDATE SET banned_by = ?2, ban_command = ?3 WHERE ban_command < ?3`,
      userId,
      bannedBy,
      commandId,
    );
    return cursor.rowsWritten > 0;
  }

  setKick(userId: string, kickedBefore: string): void {
    this.#sanctioned.add(userId);
    this.#sql.exec(
      `INSERT INTO sanctions (user_id, kicked_before) VALUES (?1, ?2)
       ON CONFLICT (user_id) DO UPDATE SET kicked_before = max(kicked_before, ?2)`,
      userId,
      kickedBefore,
    );
  }

  findSanction(userId: string): Sanction | undefined {
    if (!this.#sanctioned.has(userId)) return undefined;
    return this.#rows<{ bannedBy: string | null; kickedBefore: string }>(
      'SELECT banned_by AS bannedBy, kicked_before AS kickedBefore FROM sanctions WHERE user_id = ?1',
      userId,
    )[0];
  }

  setTimeOut(timeOut: TimeOut): void {
    const { userId, username, until, reason, by, at } = timeOut;
    this.#sanctioned.add(userId);
    this.#sql.exec(
      'INSERT OR REPLACE INTO time_outs VALUES (?1, ?2, ?3, ?4, ?5, ?6)',
      userId,
      username,
      until,
      reason,
      by,
      at,
    );
  }

  endTimeOut(userId: string): void {
    this.#sql.exec('DELETE FROM time_outs WHERE user_id = ?1', userId);
  }

  findTimeOut(userId: string): number | null {
    if (!this.#sanctioned.has(userId)) return null;
    return this.#rows<{ until: number }>('SELECT until FROM time_outs WHERE user_id = ?1', userId)[0]?.until ?? null;
  }

  timeOuts(now: number): TimeOut[] {
    return this.#rows<TimeOut & Row>(
      `SELECT user_id AS userId, username, until, reason, by, at FROM time_outs WHERE until > ?1 ORDER BY at`,
      now,
    );
  }

  // --- Tallies

  addTallies(counts: ReadonlyMap<string, number>): void {
    this.#sql.exec(
      `INSERT INTO tallies (name, count) SELECT value ->> 0, value ->> 1 FROM json_each(?1) WHERE true
       ON CONFLICT (name) DO UPDATE SET count = count + excluded.count`,
      JSON.stringify([...counts]),
    );
  }

  tallies(prefix: string): Map<string, number> {
    const rows = this.#rows<{ name: string; count: number }>(
      'SELECT substr(name, length(?1) + 1) AS name, count FROM tallies WHERE substr(name, 1, length(?1)) = ?1',
      prefix,
    );
    return new Map(rows.map(({ name, count }) => [name, count]));
  }

  // --- Time

  setDue(what: string, at: number): void {
    this.#sql.exec('INSERT OR REPLACE INTO due (what, at) VALUES (?1, ?2)', what, at);
  }

  findDue(what: string): number | undefined {
    return this.#rows<{ at: number }>('SELECT at FROM due WHERE what = ?1', what)[0]?.at;
  }

  dueBy(now: number): { what: string; at: number }[] {
    return this.#rows<{ what: string; at: number }>('SELECT what, at FROM due WHERE at <= ?1 ORDER BY at', now);
  }

  /** Unless it was put to another time meanwhile. */
  clearDue(what: string, at: number): void {
    this.#sql.exec('DELETE FROM due WHERE what = ?1 AND at = ?2', what, at);
  }

  nextDueAt(): number | null {
    return this.#rows<{ at: number | null }>('SELECT min(at) AS at FROM due')[0]?.at ?? null;
  }

  /** Forgets everything: the room is as one that was never set up. */
  async erase(): Promise<void> {
    await this.storage.deleteAlarm();
    await this.storage.deleteAll();
    this.#setup = undefined;
    this.#seq = 0;
    this.#isPrepared = false;
  }

  #meta(key: string): string | undefined {
    return this.#rows<{ value: string }>('SELECT value FROM meta WHERE key = ?1', key)[0]?.value;
  }

  #setMeta(key: string, value: string): void {
    this.#sql.exec('INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)', key, value);
  }

  #rows<R extends Row = Row>(query: string, ...bindings: unknown[]): R[] {
    return this.#sql.exec<R>(query, ...bindings).toArray();
  }
}

/**
 * Messages that wait: for their release if chat is delayed, or for a moderator. A message that was erased, or dropped,
 * stays without its text, so its client id stays taken and a resend finds it.
 */
import type { HeldAction, HeldReason } from '@/contracts/chat-rules';
import { type MessageKey, type NewEvent, type Row, rowsOf } from './sql';

/** The most messages that one turn releases. */
const RELEASED_MAX = 1_000;
/** The body of a message without what its text says of others. */
export const PLAIN = `json_remove(body, '$.replyToId', '$.mentions', '$.emotes')`;
/** The body of a message whose text was erased. */
export const ERASED = `json_set(${PLAIN}, '$.text', '', '$.deleted', json('true'))`;
/** As the index says it. */
const WAITS = `NOT body ->> '$.deleted'`;

/** Why a new message waits, and until when (ms); null: until a moderator decides. */
export interface Hold {
  readonly reason: HeldReason;
  readonly releaseAt: number | null;
}

export interface Waiting extends NewEvent, Hold {
  readonly message: MessageKey;
}

export interface Decision {
  readonly action: HeldAction;
  readonly by: string;
  readonly at: number;
  readonly userId: string;
}

interface WaitingRow extends Row {
  readonly id: string;
  readonly userId: string;
  readonly clientId: string;
  readonly at: number;
  readonly body: string;
  readonly reason: string;
  readonly releaseAt: number | null;
}

const COLUMNS = `message_id AS id, user_id AS userId, client_id AS clientId, at, body, reason, release_at AS releaseAt`;

export class WaitingStore {
  constructor(private readonly sql: SqlStorage) {}

  hold(messages: readonly Waiting[]): void {
    const rows = messages.map(({ message, at, body, reason, releaseAt }) => [
      ...[message.id, message.userId, message.clientId],
      ...[at, body, reason, releaseAt],
    ]);
    this.sql.exec(
      `INSERT INTO pending (message_id, user_id, client_id, at, body, reason, release_at)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6
       FROM json_each(?1)`,
      JSON.stringify(rows),
    );
  }

  /** Removes and returns the messages that are due. The caller appends them in the same turn. */
  takeReleased(now: number): Waiting[] {
    const due = this.#read(
      `WHERE release_at <= ?1 AND ${WAITS} ORDER BY release_at, at, message_id LIMIT ?2`,
      now,
      RELEASED_MAX,
    );
    this.#remove(due);
    return due;
  }

  /** Removes the message and returns it. The caller appends it in the same turn. */
  take(messageId: string): Waiting | undefined {
    const found = this.find(messageId);
    if (found) this.#remove([found]);
    return found;
  }

  /** Undefined if it never waited, or no longer does. */
  find(messageId: string): Waiting | undefined {
    return this.#read(`WHERE message_id = ?1 AND ${WAITS}`, messageId)[0];
  }

  /** A page, oldest first. @param after the last one of the page before */
  list(after: { readonly at: number; readonly id: string } | null, limit: number): Waiting[] {
    const { at, id } = after ?? { at: -1, id: '' };
    return this.#read(`WHERE ${WAITS} AND (at, message_id) > (?1, ?2) ORDER BY at, message_id LIMIT ?3`, at, id, limit);
  }

  allOf(userId: string): Waiting[] {
    return this.#read(`WHERE user_id = ?1 AND ${WAITS} ORDER BY at, message_id`, userId);
  }

  /** Those that wait for a moderator, and for nothing else. */
  undecided(): Waiting[] {
    return this.#read(`WHERE ${WAITS} AND release_at IS NULL ORDER BY at, message_id`);
  }

  /** How many wait for a moderator, and how many of them by this user. */
  count(userId: string): { readonly all: number; readonly own: number } {
    const query = `SELECT count(*) AS "all", count(*) FILTER (WHERE user_id = ?1) AS own FROM pending
      WHERE ${WAITS} AND release_at IS NULL`;
    return rowsOf<{ all: number; own: number }>(this.sql, query, userId)[0] ?? { all: 0, own: 0 };
  }

  nextReleaseAt(): number | null {
    const query = `SELECT min(release_at) AS at FROM pending WHERE release_at IS NOT NULL AND ${WAITS}`;
    return rowsOf<{ at: number | null }>(this.sql, query)[0]?.at ?? null;
  }

  erase(messageIds: readonly string[]): void {
    this.sql.exec(
      `UPDATE pending SET body = ${ERASED}, release_at = NULL WHERE message_id IN (SELECT value FROM json_each(?1))`,
      JSON.stringify(messageIds),
    );
  }

  decide(messageId: string, { action, by, at, userId }: Decision): void {
    this.sql.exec(
      'INSERT INTO held_decisions (message_id, action, by_id, at, user_id) VALUES (?1, ?2, ?3, ?4, ?5)',
      ...[messageId, action, by, at, userId],
    );
  }

  findDecision(messageId: string): Decision | undefined {
    const query = 'SELECT action, by_id AS "by", at, user_id AS userId FROM held_decisions WHERE message_id = ?1';
    const [row] = rowsOf<{ action: string; by: string; at: number; userId: string }>(this.sql, query, messageId);
    return row && { ...row, action: row.action as HeldAction }; // as `decide` wrote it
  }

  #remove(messages: readonly Waiting[]): void {
    this.sql.exec(
      'DELETE FROM pending WHERE message_id IN (SELECT value FROM json_each(?1))',
      JSON.stringify(messages.map(({ message }) => message.id)),
    );
  }

  #read(rest: string, ...bindings: SqlStorageValue[]): Waiting[] {
    const rows = rowsOf<WaitingRow>(this.sql, `SELECT ${COLUMNS} FROM pending ${rest}`, ...bindings);
    return rows.map(({ id, userId, clientId, at, body, reason, releaseAt }) => ({
      ...{ at, body, releaseAt, message: { id, userId, clientId } },
      reason: reason as HeldReason, // as `hold` wrote it
    }));
  }
}

/** Messages that wait for their release because chat is delayed. A deleted one stays, so its client id stays taken. */

import { type MessageKey, type NewEvent, type Row, rowsOf } from './sql';

/** The most messages that one turn releases. */
const RELEASED_MAX = 1_000;
/** The body of a message without what its text says of others. */
export const PLAIN = `json_remove(body, '$.replyToId', '$.mentions', '$.emotes')`;
/** The body of a message whose text was erased. */
export const ERASED = `json_set(${PLAIN}, '$.text', '', '$.deleted', json('true'))`;

interface WaitingRow {
  readonly message_id: string;
  readonly user_id: string;
  readonly client_id: string;
  readonly at: number;
  readonly body: string;
}

export class WaitingStore {
  constructor(private readonly sql: SqlStorage) {}

  hold(messages: readonly { key: MessageKey; at: number; body: string; releaseAt: number }[]): void {
    const rows = messages.map(({ key, at, body, releaseAt }) => [
      key.id,
      key.userId,
      key.clientId,
      at,
      body,
      releaseAt,
    ]);
    this.sql.exec(
      `INSERT INTO pending (message_id, user_id, client_id, at, body, release_at)
       SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5 FROM json_each(?1)`,
      JSON.stringify(rows),
    );
  }

  /** Removes and returns the messages that are due. The caller appends them in the same turn. */
  takeReleased(now: number): (NewEvent & { message: MessageKey })[] {
    const rows = rowsOf<WaitingRow & Row>(
      this.sql,
      `SELECT message_id, user_id, client_id, at, body FROM pending
       WHERE release_at <= ?1 ORDER BY release_at, at, message_id LIMIT ?2`,
      now,
      RELEASED_MAX,
    );
    this.sql.exec(
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
    const query = 'SELECT min(release_at) AS at FROM pending WHERE release_at IS NOT NULL';
    return rowsOf<{ at: number | null }>(this.sql, query)[0]?.at ?? null;
  }

  erase(messageId: string): void {
    this.sql.exec(`UPDATE pending SET body = ${ERASED}, release_at = NULL WHERE message_id = ?1`, messageId);
  }

  eraseAllOf(userId: string): void {
    this.sql.exec(`UPDATE pending SET body = ${ERASED}, release_at = NULL WHERE user_id = ?1`, userId);
  }
}

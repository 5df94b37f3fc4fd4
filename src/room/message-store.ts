/** Chat messages: those in the log, and those that wait. */
import { type Row, rowsOf, type StoredEvent, type StoredMessage } from './sql';
import { ERASED } from './waiting-store';

export class MessageStore {
  constructor(private readonly sql: SqlStorage) {}

  find(userId: string, clientId: string): StoredMessage | undefined {
    return rowsOf<StoredMessage & Row>(
      this.sql,
      `SELECT seq, body, NULL AS reason FROM events WHERE user_id = ?1 AND client_id = ?2
       UNION ALL SELECT NULL, body, reason FROM pending WHERE user_id = ?1 AND client_id = ?2`,
      userId,
      clientId,
    )[0];
  }

  findById(messageId: string): (StoredMessage & { readonly userId: string }) | undefined {
    return rowsOf<StoredMessage & { userId: string } & Row>(
      this.sql,
      `SELECT seq, user_id AS userId, body, NULL AS reason FROM events WHERE message_id = ?1
       UNION ALL SELECT NULL, user_id, body, reason FROM pending WHERE message_id = ?1`,
      messageId,
    )[0];
  }

  /** The messages nearest to this seq on either side, oldest first, with all texts that are stored. */
  around(seq: number, each: number): StoredEvent[] {
    return rowsOf<StoredEvent & Row>(
      this.sql,
      `SELECT seq, body FROM (SELECT seq, body FROM events WHERE message_id IS NOT NULL AND seq < ?1
         ORDER BY seq DESC LIMIT ?2)
       UNION ALL SELECT seq, body FROM (SELECT seq, body FROM events WHERE message_id IS NOT NULL AND seq > ?1
         ORDER BY seq LIMIT ?2)
       ORDER BY seq`,
      seq,
      each,
    );
  }

  /** Newest first, including those that wait. */
  lastOf(userId: string, limit: number): { at: number; body: string }[] {
    return rowsOf<{ at: number; body: string }>(
      this.sql,
      `SELECT at, body FROM (SELECT at, body FROM events WHERE user_id = ?1
       UNION ALL SELECT at, body FROM pending WHERE user_id = ?1) ORDER BY at DESC LIMIT ?2`,
      userId,
      limit,
    );
  }

  /** Whether a message of theirs was shown. */
  hasWritten(userId: string): boolean {
    return rowsOf(this.sql, 'SELECT 1 FROM events WHERE user_id = ?1 LIMIT 1', userId).length > 0;
  }

  /** Erases for good the text of a message that was shown. It stays as a gap in the chat, and its client id stays taken. */
  erase(messageId: string): void {
    this.sql.exec(`UPDATE events SET body = ${ERASED} WHERE message_id = ?1`, messageId);
  }
}

/** The room's moderation log in its SQLite. It keeps deleted texts for those who moderate, as long as the room's log. */
import type { ModerationAct, ModerationEntry } from '@/contracts/moderation-log';
import { type Row, rowsOf } from './sql';

const COLUMNS = `id, at, action, "by", user_id AS userId, guest_id AS guestId, message_id AS messageId, text, reason, until`;

export class ModerationStore {
  constructor(private readonly sql: SqlStorage) {}

  add(at: number, act: ModerationAct): ModerationEntry {
    const { action, by, userId, guestId, messageId, text, reason, until } = act;
    const values = [at, action, by, userId, guestId, messageId, text, reason, until].map((value) => value ?? null);
    const [entry] = rowsOf<ModerationEntry & Row>(
      this.sql,
      `INSERT INTO moderation (at, action, "by", user_id, guest_id, message_id, text, reason, until, mentions)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, iif(?7 IS NULL, NULL, (
         SELECT body -> '$.mentions' FROM events WHERE message_id = ?6
         UNION ALL SELECT body -> '$.mentions' FROM pending WHERE message_id = ?6))) RETURNING ${COLUMNS}`,
      ...values,
    );
    if (!entry) throw new Error('An insert returns its row');
    return entry;
  }

  /** Newest first. */
  before(id: number, limit: number): ModerationEntry[] {
    const query = `SELECT ${COLUMNS} FROM moderation WHERE id < ?1 ORDER BY id DESC LIMIT ?2`;
    return rowsOf<ModerationEntry & Row>(this.sql, query, id, limit);
  }

  /** Erases what names the user, or what they wrote. The act stays. */
  forget(userId: string): void {
    this.sql.exec('UPDATE moderation SET text = NULL, mentions = NULL, reason = NULL WHERE user_id = ?1', userId);
  }
}

/** The texts of gifts in the room's storage, and gifts that wait because chat is delayed. */
import { type Row, rowsOf } from './sql';

interface HeldGift {
  readonly id: string;
  readonly userId: string;
  readonly at: number;
  readonly body: string;
  readonly releaseAt: number;
}

const BLANK = `json_set(body, '$.message', NULL)`;

export class GiftStore {
  constructor(private readonly sql: SqlStorage) {}

  hold({ id, userId, at, body, releaseAt }: HeldGift): void {
    this.sql.exec(
      'INSERT OR IGNORE INTO held_gifts (id, user_id, at, body, release_at) VALUES (?1, ?2, ?3, ?4, ?5)',
      id,
      userId,
      at,
      body,
      releaseAt,
    );
  }

  /** Removes and returns the gifts that are due. The caller appends them in the same turn. */
  takeReleased(now: number): { at: number; body: string }[] {
    const rows = rowsOf<{ at: number; body: string; releaseAt: number } & Row>(
      this.sql,
      'DELETE FROM held_gifts WHERE release_at <= ?1 RETURNING at, body, release_at AS releaseAt',
      now,
    );
    rows.sort((one, other) => one.releaseAt - other.releaseAt);
    return rows.map(({ at, body }) => ({ at, body }));
  }

  nextReleaseAt(): number | null {
    return rowsOf<{ at: number | null }>(this.sql, 'SELECT min(release_at) AS at FROM held_gifts')[0]?.at ?? null;
  }

  /** Removes the user's text from gifts that are still waiting. */
  blankHeldOf(userId: string): void {
    this.sql.exec(`UPDATE held_gifts SET body = ${BLANK} WHERE user_id = ?1`, userId);
  }

  /** A gift that was shown. */
  find(giftId: string): { readonly seq: number; readonly userId: string; readonly body: string } | undefined {
    return rowsOf<{ seq: number; userId: string; body: string }>(
      this.sql,
      `SELECT seq, body ->> '$.sender.id' AS userId, body FROM events
       WHERE user_id IS NULL AND body ->> '$.id' = ?1 AND body ->> '$.type' = 'gift-sent'`,
      giftId,
    )[0];
  }

  /** Removes the gift's text for good. @returns what it said and who, if anyone has seen it */
  blank(giftId: string): { readonly userId: string; readonly text: string } | undefined {
    this.sql.exec(`UPDATE held_gifts SET body = ${BLANK} WHERE id = ?1`, giftId);
    const shown = `user_id IS NULL AND body ->> '$.id' = ?1 AND body ->> '$.type' = 'gift-sent'`;
    const [said] = rowsOf<{ userId: string; text: string }>(
      this.sql,
      `SELECT body ->> '$.sender.id' AS userId, body ->> '$.message' AS text FROM events
       WHERE ${shown} AND body ->> '$.message' <> ''`,
      giftId,
    );
    if (said) this.sql.exec(`UPDATE events SET body = ${BLANK} WHERE ${shown}`, giftId);
    return said;
  }
}

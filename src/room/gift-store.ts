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
  find(giftId: string): { readonly seq: number; readonly userId: string } | undefined {
    return rowsOf<{ seq: number; userId: string }>(
      this.sql,
      `SELECT seq, body ->> '$.sender.id' AS userId FROM events
       WHERE user_id IS NULL AND body ->> '$.id' = ?1 AND body ->> '$.type' = 'gift-sent'`,
      giftId,
    )[0];
  }

  /** Removes the gift's text for good. @returns the author's id, if anyone has seen the text */
  blank(giftId: string): string | undefined {
    this.sql.exec(`UPDATE held_gifts SET body = ${BLANK} WHERE id = ?1`, giftId);
    return rowsOf<{ userId: string }>(
      this.sql,
      `UPDATE events SET body = ${BLANK}
       WHERE user_id IS NULL AND body ->> '$.id' = ?1 AND body ->> '$.type' = 'gift-sent' AND body ->> '$.message' <> ''
       RETURNING body ->> '$.sender.id' AS userId`,
      giftId,
    )[0]?.userId;
  }
}

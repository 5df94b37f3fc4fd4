/** The words of gifts in the room's storage, and the gifts that wait because chat is delayed. */
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

  /** Takes out those whose time has come; the caller appends them in the same turn. */
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

  /** The gifts that wait are shown without what the user said. */
  blankHeldOf(userId: string): void {
    this.sql.exec(`UPDATE held_gifts SET body = ${BLANK} WHERE user_id = ?1`, userId);
  }

  /** For good. @returns whose the words were, if somebody has seen them */
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

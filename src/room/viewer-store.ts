/** Who came when and left when, and what viewers did: intervals and tallies. */
import type { Interval } from './figures';
import { rowsOf } from './sql';

/** Products are named by clients, so somebody could name a great many. */
const TALLIES_MAX = 1_000;

export class ViewerStore {
  constructor(private readonly sql: SqlStorage) {}

  /** False if the pass has opened one before. */
  open(passId: string, viewer: string, at: number): boolean {
    const cursor = this.sql.exec(
      'INSERT OR IGNORE INTO intervals (id, viewer, joined_at) VALUES (?1, ?2, ?3)',
      passId,
      viewer,
      at,
    );
    return cursor.rowsWritten > 0;
  }

  /** Whether the pass was used. */
  wasOpened(passId: string): boolean {
    return rowsOf(this.sql, 'SELECT 1 FROM intervals WHERE id = ?1', passId).length > 0;
  }

  close(passId: string, at: number): void {
    this.sql.exec('UPDATE intervals SET left_at = max(joined_at, ?2) WHERE id = ?1 AND left_at IS NULL', passId, at);
  }

  /** Ends every interval that is open, but those of these passes. */
  closeAllBut(openPassIds: readonly string[], at: number): void {
    this.sql.exec(
      `UPDATE intervals SET left_at = max(joined_at, ?2)
       WHERE left_at IS NULL AND id NOT IN (SELECT value FROM json_each(?1))`,
      JSON.stringify(openPassIds),
      at,
    );
  }

  intervals(): Interval[] {
    return rowsOf<{ viewer: string; joinedAt: number; leftAt: number | null }>(
      this.sql,
      'SELECT viewer, joined_at AS joinedAt, left_at AS leftAt FROM intervals ORDER BY viewer, joined_at',
    );
  }

  /** When (ms) the room last knew who was there: it was stamped, somebody came or left, or wrote. */
  get lastSeenAt(): number {
    const [row] = rowsOf<{ at: number }>(
      this.sql,
      `SELECT max(
         ifnull((SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'lastSeen'), 0),
         ifnull((SELECT max(max(joined_at, ifnull(left_at, 0))) FROM intervals), 0),
         ifnull((SELECT at FROM events WHERE user_id IS NOT NULL ORDER BY seq DESC LIMIT 1), 0)
       ) AS at`,
    );
    return row?.at ?? 0;
  }

  stampLastSeen(now: number): void {
    this.sql.exec(`INSERT OR REPLACE INTO meta (key, value) VALUES ('lastSeen', ?1)`, String(now));
  }

  addTallies(counts: ReadonlyMap<string, number>): void {
    this.sql.exec(
      `INSERT INTO tallies (name, count) SELECT value ->> 0, value ->> 1 FROM json_each(?1)
       WHERE (SELECT count(*) FROM tallies) < ?2 OR value ->> 0 IN (SELECT name FROM tallies)
       ON CONFLICT (name) DO UPDATE SET count = count + excluded.count`,
      JSON.stringify([...counts]),
      TALLIES_MAX,
    );
  }

  tallies(prefix: string): Map<string, number> {
    const rows = rowsOf<{ name: string; count: number }>(
      this.sql,
      'SELECT substr(name, length(?1) + 1) AS name, count FROM tallies WHERE substr(name, 1, length(?1)) = ?1',
      prefix,
    );
    return new Map(rows.map(({ name, count }) => [name, count]));
  }
}

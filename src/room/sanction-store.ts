/**
 * Who may not enter or write: bans, kicks, time-outs and regions, in the order of the commands and not of their arrival;
 * and of whom older passes no longer say what is true.
 */
import type { TimeOut } from '@/room/api';
import { type Row, rowsOf } from './sql';

export interface Sanction {
  readonly bannedBy: string | null;
  /** No pass whose id is smaller is good. */
  readonly kickedBefore: string;
}

interface BlockedRegions {
  readonly at: number;
  readonly regions: readonly string[];
}
const NOWHERE: BlockedRegions = { at: 0, regions: [] };

export class SanctionStore {
  /** Who has a row here: everybody else costs no look-up. */
  readonly #known = new Set<string>();
  #blockedRegions = NOWHERE;

  constructor(private readonly sql: SqlStorage) {}

  /** The tables are there. */
  load(): void {
    const users =
      'SELECT user_id AS userId FROM sanctions UNION SELECT user_id FROM time_outs UNION SELECT user_id FROM changes';
    for (const { userId } of rowsOf<{ userId: string }>(this.sql, users)) this.#known.add(userId);
    const [stored] = rowsOf<{ value: string }>(this.sql, `SELECT value FROM meta WHERE key = 'blocked-regions'`);
    this.#blockedRegions = stored ? JSON.parse(stored.value) : NOWHERE;
  }

  /** What was known earlier (ms) than what stands changes nothing, and is answered false. */
  blockRegions(at: number, regions: readonly string[]): boolean {
    if (at < this.#blockedRegions.at) return false;
    this.#blockedRegions = { at, regions };
    this.sql.exec(
      `INSERT OR REPLACE INTO meta (key, value) VALUES ('blocked-regions', ?1)`,
      JSON.stringify(this.#blockedRegions),
    );
    return true;
  }

  isBlocked(regions: readonly string[]): boolean {
    return regions.some((region) => this.#blockedRegions.regions.includes(region));
  }

  /** An older command than the last one about the user changes nothing, and is answered false. */
  setBan(userId: string, bannedBy: string | null, commandId: string): boolean {
    this.#known.add(userId);
    const cursor = this.sql.exec(
      `INSERT INTO sanctions (user_id, banned_by, ban_command) VALUES (?1, ?2, ?3)
       ON CONFLICT (user_id) DO UPDATE SET banned_by = ?2, ban_command = ?3 WHERE ban_command < ?3`,
      userId,
      bannedBy,
      commandId,
    );
    return cursor.rowsWritten > 0;
  }

  setKick(userId: string, kickedBefore: string): void {
    this.#known.add(userId);
    this.sql.exec(
      `INSERT INTO sanctions (user_id, kicked_before) VALUES (?1, ?2)
       ON CONFLICT (user_id) DO UPDATE SET kicked_before = max(kicked_before, ?2)`,
      userId,
      kickedBefore,
    );
  }

  findSanction(userId: string): Sanction | undefined {
    if (!this.#known.has(userId)) return undefined;
    return rowsOf<{ bannedBy: string | null; kickedBefore: string }>(
      this.sql,
      'SELECT banned_by AS bannedBy, kicked_before AS kickedBefore FROM sanctions WHERE user_id = ?1',
      userId,
    )[0];
  }

  setChanged(userId: string, at: number): void {
    this.#known.add(userId);
    this.sql.exec(
      `INSERT INTO changes (user_id, at) VALUES (?1, ?2) ON CONFLICT (user_id) DO UPDATE SET at = max(at, ?2)`,
      userId,
      at,
    );
  }

  /** Milliseconds; 0 if nothing has changed. */
  changedAt(userId: string): number {
    if (!this.#known.has(userId)) return 0;
    return rowsOf<{ at: number }>(this.sql, 'SELECT at FROM changes WHERE user_id = ?1', userId)[0]?.at ?? 0;
  }

  setTimeOut(timeOut: TimeOut): void {
    const { userId, until, reason, by, at } = timeOut;
    this.#known.add(userId);
    this.sql.exec(
      'INSERT OR REPLACE INTO time_outs (user_id, until, reason, by, at) VALUES (?1, ?2, ?3, ?4, ?5)',
      userId,
      until,
      reason,
      by,
      at,
    );
  }

  /** Answers whether there was one. */
  endTimeOut(userId: string): boolean {
    return this.sql.exec('DELETE FROM time_outs WHERE user_id = ?1', userId).rowsWritten > 0;
  }

  findTimeOut(userId: string): number | null {
    if (!this.#known.has(userId)) return null;
    return (
      rowsOf<{ until: number }>(this.sql, 'SELECT until FROM time_outs WHERE user_id = ?1', userId)[0]?.until ?? null
    );
  }

  timeOuts(now: number): TimeOut[] {
    return rowsOf<TimeOut & Row>(
      this.sql,
      `SELECT user_id AS userId, until, reason, by, at FROM time_outs WHERE until > ?1 ORDER BY at`,
      now,
    );
  }
}

/** When the room's tasks are due. A task stands here once, until it is done. */
import { rowsOf } from './sql';

export class DueStore {
  constructor(private readonly sql: SqlStorage) {}

  set(what: string, at: number): void {
    this.sql.exec('INSERT OR REPLACE INTO due (what, at) VALUES (?1, ?2)', what, at);
  }

  find(what: string): number | undefined {
    return rowsOf<{ at: number }>(this.sql, 'SELECT at FROM due WHERE what = ?1', what)[0]?.at;
  }

  /** Earliest first. */
  by(now: number): { what: string; at: number }[] {
    return rowsOf<{ what: string; at: number }>(this.sql, 'SELECT what, at FROM due WHERE at <= ?1 ORDER BY at', now);
  }

  /** Does nothing if the task was rescheduled meanwhile. */
  clear(what: string, at: number): void {
    this.sql.exec('DELETE FROM due WHERE what = ?1 AND at = ?2', what, at);
  }

  drop(what: string): void {
    this.sql.exec('DELETE FROM due WHERE what = ?1', what);
  }

  nextAt(): number | null {
    return rowsOf<{ at: number | null }>(this.sql, 'SELECT min(at) AS at FROM due')[0]?.at ?? null;
  }
}

/** Single values of a room, stored as JSON by key, so their field names never change. */
import { rowsOf } from './sql';

export class Meta {
  constructor(private readonly sql: SqlStorage) {}

  /** Requires that the tables exist. The caller names the type that it wrote. */
  read<T>(key: string): T | undefined {
    const [row] = rowsOf<{ value: string }>(this.sql, 'SELECT value FROM meta WHERE key = ?1', key);
    return row && (JSON.parse(row.value) as T); // as it was written
  }

  /** @param value null deletes it */
  write(key: string, value: object | number | null): void {
    if (value === null) this.sql.exec('DELETE FROM meta WHERE key = ?1', key);
    else this.sql.exec('INSERT OR REPLACE INTO meta (key, value) VALUES (?1, ?2)', key, JSON.stringify(value));
  }
}

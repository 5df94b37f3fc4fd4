/**
 * Single messages and gifts' texts that staff withhold. They keep their text and their seq, so that they can come back.
 * Commands are ordered by id and not by arrival.
 */
import { rowsOf } from './sql';

export class WithheldStore {
  readonly #ids = new Set<string>();

  constructor(private readonly sql: SqlStorage) {}

  /** Requires that the tables exist. */
  load(): void {
    const query = 'SELECT id FROM withheld WHERE is_withheld = 1';
    for (const { id } of rowsOf<{ id: string }>(this.sql, query)) this.#ids.add(id);
  }

  get isEmpty(): boolean {
    return this.#ids.size === 0;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Returns whether it changed. Ignores a command older than the last one about this id. */
  set(id: string, isWithheld: boolean, commandId: string): boolean {
    const { rowsWritten } = this.sql.exec(
      `INSERT INTO withheld (id, is_withheld, command) VALUES (?1, ?2, ?3)
       ON CONFLICT (id) DO UPDATE SET is_withheld = ?2, command = ?3 WHERE command < ?3`,
      id,
      Number(isWithheld),
      commandId,
    );
    if (rowsWritten === 0 || this.#ids.has(id) === isWithheld) return false;
    if (isWithheld) this.#ids.add(id);
    else this.#ids.delete(id);
    return true;
  }
}

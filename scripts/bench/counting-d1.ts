/** A D1 wrapper that counts calls and rows, by D1's own figures. For the bench and the budget test. */

export interface Counts {
  statements: number;
  /** Round trips: a batch counts as one. */
  calls: number;
  rowsRead: number;
  rowsWritten: number;
}

const counts: Counts = { statements: 0, calls: 0, rowsRead: 0, rowsWritten: 0 };

export function resetCounts(): void {
  Object.assign(counts, { statements: 0, calls: 0, rowsRead: 0, rowsWritten: 0 });
}

export function readCounts(): Counts {
  return { ...counts };
}

function count(results: readonly D1Result[]): void {
  counts.calls += 1;
  for (const { meta } of results) {
    counts.statements += 1;
    counts.rowsRead += meta.rows_read;
    counts.rowsWritten += meta.rows_written;
  }
}

/** Maps a wrapper to its inner statement, because D1's batch accepts only its own statements. */
const inner = new WeakMap<object, D1PreparedStatement>();

export function makeCountingD1(database: D1Database): D1Database {
  const wrap = (statement: D1PreparedStatement): D1PreparedStatement => {
    const run = async <T>() => {
      const result = await statement.all<T>();
      count([result]);
      return result;
    };
    const wrapped = {
      bind: (...values: unknown[]) => wrap(statement.bind(...values)),
      all: run,
      run,
      async first<T>(column?: string) {
        const [row] = (await run<Record<string, T>>()).results;
        return row === undefined ? null : column === undefined ? row : (row[column] ?? null);
      },
      // `raw()` returns no figures, and `all()` merges columns with the same name: so a read runs once with each.
      async raw() {
        const result = await run<Record<string, unknown>>();
        const isRead = result.meta.changes === 0 && result.meta.rows_written === 0;
        return isRead ? statement.raw() : result.results.map((row) => Object.values(row));
      },
    };
    inner.set(wrapped, statement);
    return wrapped as D1PreparedStatement; // only the overloads that are used
  };
  const wrapped = {
    prepare: (sql: string) => wrap(database.prepare(sql)),
    async batch(statements: readonly D1PreparedStatement[]) {
      const results = await database.batch(statements.map((statement) => inner.get(statement) ?? statement));
      count(results);
      return results;
    },
  };
  return wrapped as unknown as D1Database; // `exec`, `dump` and sessions are not used by the Worker
}

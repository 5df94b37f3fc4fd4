/** D1 with a meter: what each statement read and wrote, as D1 itself says. For the bench and the budget test. */

export interface Counts {
  statements: number;
  /** Round trips: a batch is one. */
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

/** Its inner statement, for the batch: D1 takes only its own. */
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
      // `raw()` tells no figures, and `all()` merges columns of one name: a reading statement is run once for each.
      async raw() {
        const result = await run<Record<string, unknown>>();
        const isRead = result.meta.changes === 0 && result.meta.rows_written === 0;
        return isRead ? statement.raw() : result.results.map((row) => Object.values(row));
      },
    };
    inner.set(wrapped, statement);
    return wrapped as D1PreparedStatement; // of its overloads, those that are used
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

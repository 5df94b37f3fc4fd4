/**
 * A D1 database on top of node:sqlite, for scripts that work on a copy. It has the part of D1's interface that Drizzle
 * uses, and runs a batch as one transaction.
 */
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

interface Bound {
  readonly query: string;
  readonly values: readonly SQLInputValue[];
}

export function asD1(database: DatabaseSync): D1Database {
  const run = ({ query, values }: Bound) => {
    const results = database.prepare(query).all(...values);
    return { success: true, results, meta: {} };
  };
  const bound = (query: string, values: readonly SQLInputValue[]) => ({
    query,
    values,
    bind: (...next: SQLInputValue[]) => bound(query, next),
    all: async () => run({ query, values }),
    run: async () => run({ query, values }),
    async raw() {
      const statement = database.prepare(query);
      statement.setReturnArrays(true);
      return statement.all(...values);
    },
  });
  const d1 = {
    prepare: (query: string) => bound(query, []),
    async batch(statements: readonly Bound[]) {
      database.exec('BEGIN');
      try {
        const results = statements.map(run);
        database.exec('COMMIT');
        return results;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      }
    },
  };
  return d1 as unknown as D1Database; // only the part that Drizzle calls
}

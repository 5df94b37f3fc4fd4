/** Drizzle over D1. There is one transaction: `db.batch`, which `commit` wraps. */
import { drizzle } from 'drizzle-orm/d1';
import type { Database } from '@/contracts/database';

const opened = new WeakMap<D1Database, Database>();

/** One for each binding, not for each request: what Drizzle learns of the columns stays learnt. */
export function openDatabase(d1: D1Database): Database {
  const known = opened.get(d1);
  if (known) return known;
  // Without the schema: its relational queries are not used, and to prepare them takes a tenth of a millisecond a request.
  const database = drizzle(d1);
  // Drizzle's own batch binds nothing to `db.run(sql…)` statements, and throws if they have something to bind.
  const made = Object.assign(database, {
    batch: (queries: readonly unknown[]) => runBatch(d1, queries as Preparable[]),
  });
  opened.set(d1, made);
  return made;
}

/** What every statement of a batch is to Drizzle's sessions. */
export interface Preparable {
  _prepare(): Prepared;
}

export interface Prepared {
  readonly fields?: readonly unknown[];
  getQuery(): { readonly sql: string; readonly params: readonly unknown[] };
  mapResult(result: D1Result, isFromBatch: true): unknown;
}

async function runBatch(d1: D1Database, queries: readonly Preparable[]): Promise<unknown[]> {
  const prepared = queries.map((query) => query._prepare());
  const statements = prepared.map((one) => {
    const { sql, params } = one.getQuery();
    return d1.prepare(sql).bind(...params);
  });
  const results = await d1.batch(statements);
  return prepared.flatMap((one, index) => {
    const result = results[index];
    if (!result) return [];
    // D1 answers a batch with objects, in which columns of one name are one: every value after them would be another's.
    const [row] = result.results;
    if (row && one.fields && Object.keys(row as object).length !== one.fields.length)
      throw new Error(`Two columns of one name in a batch; give one an alias: ${one.getQuery().sql}`);
    return [one.mapResult(result, true)];
  });
}

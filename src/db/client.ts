/** Drizzle over D1. `db.batch`, which `commit` wraps, is the only kind of transaction. */
import { drizzle } from 'drizzle-orm/d1';
import type { Database } from '@/contracts/database';

const opened = new WeakMap<D1Database, Database>();

/** Opens one database per binding, not per request, so that Drizzle's column metadata is reused. */
export function openDatabase(d1: D1Database): Database {
  const known = opened.get(d1);
  if (known) return known;
  // Without the schema: we use no relational queries, and preparing them costs a tenth of a millisecond per request.
  const database = drizzle(d1);
  // NOTE: Drizzle's own batch binds no parameters to `db.run(sql…)` statements, and throws if they have any.
  const made = Object.assign(database, {
    batch: (queries: readonly unknown[]) => runBatch(d1, queries as Preparable[]),
  });
  opened.set(d1, made);
  return made;
}

/** The interface of a batch statement inside Drizzle's sessions. */
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
    // NOTE: D1 returns batch rows as objects, so columns with the same name collide and shift every later value.
    const [row] = result.results;
    if (row && one.fields && Object.keys(row as object).length !== one.fields.length)
      throw new Error(`Two columns in a batch have the same name. Give one an alias: ${one.getQuery().sql}`);
    return [one.mapResult(result, true)];
  });
}

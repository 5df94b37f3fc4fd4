/**
 * Statements that hot paths run: Drizzle builds their SQL once an isolate instead of once a request, which costs as much
 * CPU as running them. What differs from request to request stands as a placeholder.
 */
import { fillPlaceholders, type Placeholder, sql } from 'drizzle-orm';
import type { Database, Statement } from '@/contracts/database';
import type { Preparable, Prepared } from './client';

type Values<Name extends string> = Readonly<Record<Name, unknown>>;

/**
 * @param build gets a way to name values; what it answers must differ by nothing else
 * @returns the statement with these values, for a batch or to be awaited
 */
export function builtOnce<Name extends string, S extends Statement>(
  build: (db: Database, value: (name: Name) => Placeholder<Name>) => S,
): (ctx: { readonly db: Database }, values: Values<Name>) => S {
  let built: Prepared | undefined;
  return ({ db }, values) => {
    built ??= (build(db, (name) => sql.placeholder(name)) as unknown as Preparable)._prepare(); // what every statement is
    return statement(db, built, values) as unknown as S; // the same statement with its values in place
  };
}

function statement(db: Database, built: Prepared, values: Values<string>): Preparable {
  const { sql: text, params } = built.getQuery();
  const { fields } = built;
  const query = { sql: text, params: fillPlaceholders([...params], values) };
  const own: Preparable & PromiseLike<unknown> = {
    _prepare: () => ({
      ...(fields ? { fields } : {}),
      getQuery: () => query,
      mapResult: (result, isFromBatch) => built.mapResult(result, isFromBatch),
    }),
    // biome-ignore lint/suspicious/noThenProperty: Drizzle's statements are awaited too
    then: (fulfilled, rejected) =>
      db
        .batch([own as unknown as Statement])
        .then(([result]) => result, undefined)
        .then(fulfilled, rejected), // our batch takes it
  };
  return own;
}

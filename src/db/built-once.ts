/**
 * Statements for hot paths. Their SQL is built once per isolate instead of once per request, because Drizzle spends as
 * much CPU on building a statement as on running it. Values that vary between requests are placeholders.
 */
import { fillPlaceholders, type Placeholder, sql } from 'drizzle-orm';
import type { Database, Statement } from '@/contracts/database';
import type { Preparable, Prepared } from './client';

type Values<Name extends string> = Readonly<Record<Name, unknown>>;

/**
 * @param build receives a function that names values; nothing else in the statement may vary
 * @returns the statement with these values, to be awaited or put into a batch
 */
export function builtOnce<Name extends string, S extends Statement>(
  build: (db: Database, value: (name: Name) => Placeholder<Name>) => S,
): (ctx: { readonly db: Database }, values: Values<Name>) => S {
  let built: Prepared | undefined;
  return ({ db }, values) => {
    built ??= (build(db, (name) => sql.placeholder(name)) as unknown as Preparable)._prepare(); // every statement is one
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
        .then(fulfilled, rejected), // our own batch accepts it
  };
  return own;
}

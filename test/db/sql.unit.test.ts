/** Values in SQL that is written by hand. */
import { sql } from 'drizzle-orm';
import { SQLiteSyncDialect } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';
import { int, literal } from '@/db/sql';

const rendered = (query: ReturnType<typeof int>) => new SQLiteSyncDialect().sqlToQuery(query);

describe('an integer', () => {
  it('stays a parameter and is cast, whether it is a number or an expression', () => {
    expect(rendered(int(7))).toMatchObject({ sql: 'CAST(? AS INTEGER)', params: [7] });
    expect(rendered(int(sql`${1} + ${2}`))).toMatchObject({ sql: 'CAST(? + ? AS INTEGER)', params: [1, 2] });
  });
});

describe('a literal', () => {
  it.each([
    [20, '20'],
    [-1, '-1'],
    ['live', "'live'"],
    ['country_admin', "'country_admin'"],
    ['', "''"],
  ])('%j stands in the text as %s', (value, text) => {
    expect(rendered(sql<number>`${literal(value)}`)).toMatchObject({ sql: text, params: [] });
  });

  it.each(["it's", 'a b', 'x;', "' OR 1", 'é', 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53])(
    '%j is refused, since it would need quoting or is no exact integer',
    (value) => {
      expect(() => literal(value)).toThrow('Bind this value as a parameter');
    },
  );
});

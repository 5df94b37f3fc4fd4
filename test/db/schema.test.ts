/** The migrations and Drizzle's tables say the same: columns, their types, what may be null, defaults and keys. */
import { env } from 'cloudflare:workers';
import { is } from 'drizzle-orm';
import { getTableConfig, SQLiteTable } from 'drizzle-orm/sqlite-core';
import { describe, expect, it } from 'vitest';

interface ColumnInfo {
  name: string;
  type: string;
  notnull: number;
  dflt_value: string | null;
  pk: number;
}

/** Written by one statement of raw SQL each, or by a migration alone, so Drizzle need not know them. */
const WITHOUT_DECLARATION = ['mailbox', 'demands', 'ledger_kinds', 'search_letters'];

const modules = import.meta.glob(['/src/domains/*/*/tables.ts', '/src/ledger/tables.ts', '/src/db/outbox.ts'], {
  eager: true,
});
const declared = Object.values(modules)
  .flatMap((module) => Object.values(module))
  .flatMap((value) => (is(value, SQLiteTable) ? [getTableConfig(value)] : []));

describe('the migrated schema', () => {
  it('has the tables that Drizzle knows, and no other', async () => {
    const { results } = await env.DB.prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf_%' ESCAPE '\\'
        AND name NOT LIKE '%\\_fts%' ESCAPE '\\' AND name <> 'd1_migrations'`,
    ).all<{ name: string }>();
    const migrated = results.map(({ name }) => name).filter((name) => !WITHOUT_DECLARATION.includes(name));
    expect(migrated.toSorted()).toEqual(declared.map(({ name }) => name).toSorted());
  });

  it.each(declared.map((table) => [table.name, table] as const))(
    'has %s as Drizzle declares it',
    async (name, table) => {
      const { results } = await env.DB.prepare('SELECT * FROM pragma_table_info(?)').bind(name).all<ColumnInfo>();
      const keyColumns = results.filter((column) => column.pk > 0).length;
      const composite = table.primaryKeys.flatMap((key) => key.columns.map((column) => column.name));
      const migrated = results.map((column) => ({
        name: column.name,
        type: column.type.toLowerCase(),
        // A primary key of a STRICT table without rowid is never null, and says so only sometimes.
        notNull: column.notnull === 1 || column.pk > 0,
        // SQLite gives an INTEGER PRIMARY KEY by itself, where it is the whole key.
        hasDefault: column.dflt_value !== null || (column.pk > 0 && keyColumns === 1 && column.type === 'INTEGER'),
        inKey: column.pk > 0,
      }));
      // SQLite lists no generated columns here.
      const stored = table.columns.filter((column) => column.generated === undefined);
      const known = stored.map((column) => ({
        name: column.name,
        type: column.getSQLType(),
        notNull: column.notNull,
        hasDefault: column.hasDefault,
        inKey: column.primary || composite.includes(column.name),
      }));
      const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
      expect(known.toSorted(byName)).toEqual(migrated.toSorted(byName));
    },
  );

  it('has every index and trigger that a migration made and none dropped, also on tables that were built again', async () => {
    // Replaced by `webhook_events_to_forget`, and dropped with its table.
    const REPLACED = ['webhook_events_with_payload'];
    const made = new Set<string>();
    for (const query of env.MIGRATIONS.flatMap(({ queries }) => queries)) {
      const text = query.replaceAll(/--.*$/gm, '').trim();
      const [, name] = /^CREATE (?:UNIQUE )?(?:INDEX|TRIGGER) (\w+)/.exec(text) ?? [];
      const [, dropped] = /^DROP (?:INDEX|TRIGGER) (\w+)/.exec(text) ?? [];
      if (name) made.add(name);
      if (dropped) made.delete(dropped);
    }
    const { results } = await env.DB.prepare(
      `SELECT name FROM sqlite_schema WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND name NOT LIKE '\\_cf\\_%' ESCAPE '\\'`,
    ).all<{ name: string }>();
    const missing = [...made].filter((name) => !results.some((found) => found.name === name));
    expect(made.size).toBeGreaterThan(100);
    expect(missing).toEqual(REPLACED);
  });

  it('points every foreign key at a row that can be found', async () => {
    const { results } = await env.DB.prepare('PRAGMA foreign_key_check').all();
    expect(results).toEqual([]);
  });
});

/**
 * Migrates empty databases of tests. All migrations take half a second, and every file needs them. So only a worker's
 * first file runs them, and the later ones get a copy of the schema and rows that they made.
 */
import { applyD1Migrations, type D1Migration } from 'cloudflare:test';

interface Query {
  readonly sql: string;
  readonly values?: readonly unknown[];
}

interface Made {
  readonly type: 'table' | 'index' | 'trigger' | 'view';
  readonly name: string;
  readonly sql: string;
  /** The kind of the table, or of the table that an index or trigger belongs to. */
  readonly kind: 'table' | 'virtual' | 'shadow';
}

let copy: readonly Query[] | undefined;

export async function migrate(db: D1Database, migrations: D1Migration[]): Promise<void> {
  if (copy) return (await isMigrated(db)) ? undefined : restore(db, copy);
  await applyD1Migrations(db, migrations);
  copy = await copyOf(db);
}

/** On a slow machine, the set-up of a file may run again on the database that it has just migrated. */
async function isMigrated(db: D1Database): Promise<boolean> {
  return (await db.prepare(`SELECT 1 FROM sqlite_master WHERE name = 'd1_migrations'`).first()) !== null;
}

/** What makes the same schema, in the same order, and the same rows. Triggers come last, so rows do not fire them. */
export async function copyOf(db: D1Database): Promise<readonly Query[]> {
  const { results: all } = await db
    .prepare(
      `SELECT made.type, made.name, made.sql, list.type AS kind
       FROM sqlite_master AS made JOIN pragma_table_list AS list ON list.name = made.tbl_name
       WHERE made.sql IS NOT NULL AND made.name NOT GLOB 'sqlite_*' AND made.name NOT GLOB '_cf_*' ORDER BY made.rowid`,
    )
    .all<Made>();
  // A virtual table makes its shadow tables itself.
  const made = all.filter(({ kind }) => kind !== 'shadow');
  const tables = made.filter(({ type }) => type === 'table');
  const ordinary = tables.filter(({ kind }) => kind === 'table');
  const contents = await db.batch<Record<string, unknown>>(
    ordinary.map(({ name }) => db.prepare(`SELECT * FROM "${name}"`)),
  );
  const rows = ordinary.flatMap(({ name }, index) =>
    (contents[index]?.results ?? []).map((row) => ({
      sql: `INSERT INTO "${name}" VALUES (${Object.keys(row).map(() => '?')})`,
      values: Object.values(row),
    })),
  );
  const rest = made.filter(({ type }) => type !== 'table');
  return [{ sql: 'PRAGMA defer_foreign_keys = on' }, ...tables, ...rows, ...rest];
}

export async function restore(db: D1Database, queries: readonly Query[]): Promise<void> {
  await db.batch(queries.map(({ sql, values = [] }) => db.prepare(sql).bind(...values)));
}

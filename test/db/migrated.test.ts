/** Tests run on a copy of the migrated database, so it must be exact. */
import { applyD1Migrations, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { copyOf, restore } from '#test/setup/migrated';

/** The schema in its order, and every row. NOTE: `fts_data` also says how often an empty search index was changed. */
async function contents() {
  const schema = await env.DB.prepare(
    `SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT GLOB '_cf_*'
     ORDER BY type, tbl_name, CASE WHEN type = 'table' THEN name ELSE rowid END`,
  ).all<{ type: string; name: string }>();
  const tables = schema.results
    .filter(({ type, name }) => type === 'table' && !name.endsWith('_fts_data'))
    .map(({ name }) => name);
  const rows = await env.DB.batch(tables.map((name) => env.DB.prepare(`SELECT * FROM "${name}"`)));
  return {
    schema: schema.results,
    rows: Object.fromEntries(tables.map((name, index) => [name, rows[index]?.results])),
  };
}

it('the copy of the migrated database has the same schema and the same rows as the migrations make', async () => {
  await reset();
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  const [copy, migrated] = [await copyOf(env.DB), await contents()];
  await reset();
  await restore(env.DB, copy);
  expect(await contents()).toEqual(migrated);
  expect(migrated.rows.d1_migrations).toHaveLength(env.MIGRATIONS.length);
});

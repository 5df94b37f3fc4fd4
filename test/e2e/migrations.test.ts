/** Migrations bring an empty database and yesterday's to today, once, and lose nothing on the way. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { listMigrations, migrate, withDatabase } from '../../scripts/local/miniflare';

const state = mkdtempSync(join(tmpdir(), 'footlight-'));
afterEach(() => rmSync(state, { recursive: true, force: true }));

it('go on from yesterday’s database, keep what is in it, and repeat nothing', async () => {
  const all = listMigrations();
  const today = all.at(-1);
  await withDatabase(state, async (database) => {
    expect(await migrate(database, all.slice(0, -1))).toEqual(all.slice(0, -1));
    await database
      .prepare(
        `INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at)
         VALUES ('1', 'ada@example.com', 'ada@example.com', 'ada', 'Ada', 1, 1)`,
      )
      .run();
  });
  await withDatabase(state, async (database) => {
    expect(await migrate(database)).toEqual([today]);
    expect(await database.prepare('SELECT username FROM users').first('username')).toBe('ada');
    expect(await migrate(database)).toEqual([]);
  });
});

/** `npm run audit` on exported books: what it says of clean ones, of such as are off, and of half an export. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'footlight-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MIGRATIONS = readdirSync(join(ROOT, 'migrations'))
  .toSorted()
  .map((name) => readFileSync(join(ROOT, 'migrations', name), 'utf8'));

/** One purchase of 100 coins for a dollar. */
const PURCHASE = `
  INSERT INTO purchases (id, user_id, package_id, package_name, coins, bonus_coins, amount_minor, currency, status,
    provider, economy_version, success_url, cancel_url, idempotency_key, body_hash, legs, created_at, expires_at, paid_at)
  VALUES ('a-purchase', 'a-user', 'p', 'A test', 100, 0, 100, 'USD', 'paid', 'sandbox', 1, '', '', 'k', '', 2, 0, 0, 0);
  INSERT INTO ledger_accounts (id, owner, kind, unit) VALUES
    (6, 'a-user', 'wallet', 'coin'), (7, 'platform:sandbox', 'clearing', 'USD'), (8, 'platform', 'revenue', 'USD');
  INSERT INTO ledger_transfers VALUES
    (1, 'purchase', 'purchase', 'a-purchase', 1, 1, 6, 100, NULL, -100, NULL, 100, 0),
    (2, 'purchase_cash', 'purchase', 'a-purchase', 2, 7, 8, 100, NULL, -100, NULL, 100, 0);`;

function audit(...statements: string[]): Promise<{ code: number; output: string }> {
  const file = join(folder, 'export.sql');
  writeFileSync(file, statements.join('\n'));
  return new Promise((done) => {
    const node = join(ROOT, 'node_modules/.bin/node');
    execFile(node, ['scripts/audit.ts', '--file', file], { cwd: ROOT }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, output: stdout + stderr }),
    );
  });
}

it('clean books are clean', async () => {
  const { code, output } = await audit(...MIGRATIONS, PURCHASE);
  expect(output).toContain('2 transfers, 8 accounts');
  expect(output).toContain('Clean');
  expect(code).toBe(0);
});

it('what is off is named, and fails', async () => {
  const tampered = 'UPDATE purchases SET coins = 99; DROP TRIGGER ledger_balance_follows_a_transfer;';
  const { code, output } = await audit(
    ...MIGRATIONS,
    PURCHASE,
    tampered,
    'UPDATE ledger_accounts SET balance = 101 WHERE id = 6;',
  );
  expect(output).toContain('3 off:');
  expect(output).toContain('account 6 has 101 coin, and its transfers sum to 100');
  expect(output).toContain('unit coin balances sum to 1, not to 0');
  expect(output).toContain('purchase a-purchase lacks leg 1, purchase of 99 coin of a-user');
  expect(code).toBe(1);
});

it('an export without all that a proof needs is refused, with the command that makes one', async () => {
  const { code, output } = await audit('CREATE TABLE purchases (id TEXT);');
  expect(output).toContain('lacks ledger_kinds');
  expect(output).toContain('wrangler d1 export footlight --remote');
  expect(code).toBe(1);
});

it('an export by that command has all that a proof reads', async () => {
  const { output } = await audit('CREATE TABLE purchases (id TEXT);');
  const exported = new Set([...output.matchAll(/--table (\w+)/g)].map(([, name]) => name));
  const database = new DatabaseSync(':memory:');
  for (const migration of MIGRATIONS) database.exec(migration);
  const all = database
    .prepare(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')
      AND name NOT LIKE 'sqlite_%' ORDER BY type DESC`)
    .all();
  database.close();
  const others = all.filter(({ name }) => !exported.has(String(name))).map(({ name }) => `DROP TABLE ${name};`);
  const proof = await audit(...MIGRATIONS, PURCHASE, 'PRAGMA foreign_keys = OFF;', ...others);
  expect(proof).toMatchObject({ code: 0, output: expect.stringContaining('Clean') });
});

/**
 * `npm run audit`: proves the whole local ledger, even while the server runs. `-- --file export.sql` proves one that
 * `wrangler d1 export` wrote. It works on a copy, so it changes nothing. It exits with 1 if anything is off.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { importSource } from './local/bundle.ts';
import { fail, readArguments, STATE } from './local/home.ts';
import { asD1 } from './local/sqlite.ts';

/** The tables that a proof reads, and those that it writes its progress to. */
const TABLES = [
  ...['ledger_kinds', 'ledger_accounts', 'ledger_transfers', 'ledger_proofs', 'ledger_checkpoints'],
  ...['purchases', 'purchase_claims', 'discount_codes', 'discount_redemptions', 'gifts_sent', 'subscriptions'],
  ...['subscription_charges', 'subscription_tier_prices', 'exchanges', 'target_rewards', 'earning_days', 'payouts'],
  ...['economy_versions', 'orders', 'order_refunds', 'product_variants', 'product_waits', 'sales_held'],
  ...['coin_lots', 'lot_uses', 'lot_returns', 'reversed_earnings', 'earning_reversals', 'demands', 'outbox'],
];
/** Exports single tables, because D1 cannot export a whole database that has virtual tables. */
const EXPORT_COMMAND = `npx wrangler d1 export footlight --remote --output export.sql ${TABLES.map((table) => `--table ${table}`).join(' ')}`;

const values = readArguments({ file: { type: 'string' } });
const folder = mkdtempSync(join(tmpdir(), 'footlight-audit-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const copy = join(folder, 'ledger.sqlite');

const from = values.file === undefined ? await copyLocal() : loadExport(values.file);
const database = new DatabaseSync(copy);
const { proveWhole } = await importSource<typeof import('./local/audit.ts')>('scripts/local/audit.ts');
const proof = await proveWhole(asD1(database));
database.close();
report(from, proof);
process.exitCode = proof.state === 'clean' ? 0 : 1;

/** SQLite's backup gives a consistent snapshot, even during writes. */
async function copyLocal(): Promise<string> {
  const home = resolve(STATE, 'd1');
  const files = existsSync(home) ? readdirSync(home, { recursive: true, encoding: 'utf8' }) : [];
  for (const file of files.filter((name) => name.endsWith('.sqlite'))) {
    const source = new DatabaseSync(join(home, file), { readOnly: true });
    try {
      if (!hasTable(source, 'ledger_transfers')) continue;
      await backup(source, copy);
      return 'the local database';
    } finally {
      source.close();
    }
  }
  return fail('There is no local database with a ledger yet. Run npm start to create it.');
}

function loadExport(file: string): string {
  if (!existsSync(file)) fail(`The file ${file} does not exist.`);
  // A dump writes virtual tables directly into the schema, and rows before the rows they refer to.
  const database = new DatabaseSync(copy, { enableForeignKeyConstraints: false, defensive: false });
  try {
    database.exec(readFileSync(file, 'utf8'));
  } catch (error) {
    fail(`${file} is not a readable export: ${(error as Error).message}`); // SQLite throws only Errors
  }
  const lacking = TABLES.filter((table) => !hasTable(database, table));
  database.close();
  if (lacking.length > 0) fail(`${file} lacks ${lacking.join(', ')}. Export them with:\n\n  ${EXPORT_COMMAND}\n`);
  return file;
}

function hasTable(database: DatabaseSync, name: string): boolean {
  return database.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(name) !== undefined;
}

type Proof = Awaited<ReturnType<typeof import('./local/audit.ts').proveWhole>>;

function report(from: string, { state, transfers, accounts, findings, findingsCount }: Proof): void {
  console.log(`Checked ${from}: ${transfers} transfers, ${accounts} accounts, and every row that caused a transfer.`);
  if (state === 'clean') console.log('Clean: every unit sums to zero, and there are no findings.');
  else console.log([`${findingsCount} off:`, ...findings.map(describe)].join('\n'));
  if (findingsCount > findings.length) console.log(`  and ${findingsCount - findings.length} more`);
}

function describe({ subject, id, problem }: Proof['findings'][number]): string {
  return `  ${subject} ${id} ${problem}`;
}

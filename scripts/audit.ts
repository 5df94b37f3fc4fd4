/**
 * `npm run audit`: proves all of the local ledger, also while the server runs, or with `-- --file export.sql` one that
 * `wrangler d1 export` wrote. It works on a copy, so nothing is changed; it exits with 1 if anything is off.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { importSource } from './local/bundle.ts';
import { fail, readArguments, STATE } from './local/home.ts';
import { asD1 } from './local/sqlite.ts';

/** What a proof reads, and what it writes its progress into. */
const TABLES = [
  ...['ledger_kinds', 'ledger_accounts', 'ledger_transfers', 'ledger_proofs', 'ledger_checkpoints'],
  ...['purchases', 'gifts_sent', 'subscription_charges', 'exchanges', 'target_rewards', 'earning_days', 'payouts'],
  ...['demands', 'outbox'],
];
/** By table: D1 exports no database that has virtual ones as a whole. */
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

/** SQLite's own backup: of one moment, whoever writes meanwhile. */
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
  return fail('There is no local database with a ledger yet: npm start makes it.');
}

function loadExport(file: string): string {
  if (!existsSync(file)) fail(`There is no file ${file}`);
  // A dump writes virtual tables into the schema by hand, and rows before those that they refer to.
  const database = new DatabaseSync(copy, { enableForeignKeyConstraints: false, defensive: false });
  try {
    database.exec(readFileSync(file, 'utf8'));
  } catch (error) {
    fail(`${file} is not an export that can be read: ${(error as Error).message}`); // SQLite throws nothing else
  }
  const lacking = TABLES.filter((table) => !hasTable(database, table));
  database.close();
  if (lacking.length > 0) fail(`${file} lacks ${lacking.join(', ')}. Export them with\n\n  ${EXPORT_COMMAND}\n`);
  return file;
}

function hasTable(database: DatabaseSync, name: string): boolean {
  return database.prepare('SELECT 1 FROM sqlite_master WHERE name = ?').get(name) !== undefined;
}

type Proof = Awaited<ReturnType<typeof import('./local/audit.ts').proveWhole>>;

function report(from: string, { state, transfers, accounts, findings, findingsCount }: Proof): void {
  console.log(`Proved ${from}: ${transfers} transfers, ${accounts} accounts, and every row that money moved for.`);
  if (state === 'clean') console.log('Clean: every unit sums to zero, and nothing is off.');
  else console.log([`${findingsCount} off:`, ...findings.map(describe)].join('\n'));
  if (findingsCount > findings.length) console.log(`  and ${findingsCount - findings.length} more`);
}

function describe({ subject, id, problem }: Proof['findings'][number]): string {
  return `  ${subject} ${id} ${problem}`;
}

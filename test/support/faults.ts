/** Faults in the books that no code can make: planted with the guards down, as by a hand in the database. */
import { env } from 'cloudflare:workers';

/** What a fault may touch, and what is put back after it. */
const TABLES = [
  ...['ledger_accounts', 'ledger_transfers', 'ledger_checkpoints', 'purchases', 'gifts_sent', 'subscription_charges'],
  ...['exchanges', 'target_rewards', 'payouts', 'earning_days', 'coin_lots', 'lot_uses', 'lot_returns'],
  ...['reversed_earnings', 'earning_reversals', 'purchase_claims', 'discount_codes', 'discount_redemptions'],
  ...['subscriptions', 'economy_versions'],
];

export interface Fault {
  readonly sql: string;
  readonly values?: readonly (string | number | null)[];
}

/** Runs these with no trigger on those tables, in one batch; the triggers are the same again after it. */
async function withGuardsDown(faults: readonly Fault[]): Promise<void> {
  const { results } = await env.DB.prepare(
    "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (SELECT value FROM json_each(?))",
  )
    .bind(JSON.stringify(TABLES))
    .all<{ name: string; sql: string }>();
  await env.DB.batch([
    // Months refer to subscriptions, and each table is put back by itself.
    env.DB.prepare('PRAGMA defer_foreign_keys = on'),
    ...results.map(({ name }) => env.DB.prepare(`DROP TRIGGER ${name}`)),
    ...faults.map(({ sql, values = [] }) => env.DB.prepare(sql).bind(...values)),
    ...results.map(({ sql }) => env.DB.prepare(sql)),
  ]);
}

/** Plants the faults, looks, and puts every row back as it was. */
export async function withFaults<T>(faults: readonly Fault[], look: () => Promise<T>): Promise<T> {
  const saved = await env.DB.batch<Record<string, string | number | null>>(
    TABLES.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)),
  );
  await withGuardsDown(faults);
  try {
    return await look();
  } finally {
    await withGuardsDown(
      TABLES.flatMap((table, index) => [
        { sql: `DELETE FROM ${table}` },
        ...(saved[index]?.results ?? []).map((row) => ({
          sql: `INSERT INTO ${table} VALUES (${Object.keys(row).map(() => '?')})`,
          values: Object.values(row),
        })),
      ]),
    );
  }
}

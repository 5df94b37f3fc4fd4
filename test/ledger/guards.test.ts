/** Each guard of migration 0008, attacked in raw SQL as a bug or a hand in the database would: the books stay as they are. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { giveCoins, giveDiamonds } from '#test/support/money';
import { newId } from '@/shared/ids';

interface Account {
  id: number;
  balance: number;
  last_transfer_id: number | null;
}

const [buyer, creator] = [newId(), newId()];

beforeAll(async () => {
  await giveCoins(buyer, 60);
  await giveCoins(buyer, 40);
  await giveDiamonds(creator, 30);
});

async function account(owner: string, kind: string): Promise<Account> {
  const row = await env.DB.prepare(
    'SELECT id, balance, last_transfer_id FROM ledger_accounts WHERE owner = ? AND kind = ?',
  )
    .bind(owner, kind)
    .first<Account>();
  if (!row) throw new Error(`${owner} has no ${kind}`);
  return row;
}

/** All that the ledger holds. */
async function books(): Promise<unknown[][]> {
  const tables = ['ledger_kinds', 'ledger_accounts', 'ledger_transfers'];
  const rows = await env.DB.batch(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)));
  return rows.map(({ results }) => results);
}

/** @param rule what the database says; matched against the error's text */
async function expectRefused(rule: string | RegExp, sql: string, ...values: (string | number | null)[]): Promise<void> {
  const before = await books();
  await expect(
    env.DB.prepare(sql)
      .bind(...values)
      .run(),
  ).rejects.toThrow(rule);
  expect(await books()).toEqual(before);
}

/** A tip of one coin that the ledger would take: what an attack changes of it is what is refused. */
async function aTip(change: Record<string, string | number | null> = {}) {
  const [debit, credit] = [await account(buyer, 'wallet'), await account('platform', 'coins_spent')];
  return {
    kind: 'tip',
    ref_type: 'gift',
    ref_id: newId(),
    leg: 1,
    debit_id: debit.id,
    credit_id: credit.id,
    amount: 1,
    debit_previous_id: debit.last_transfer_id,
    debit_balance: debit.balance - 1,
    credit_previous_id: credit.last_transfer_id,
    credit_balance: credit.balance + 1,
    created_at: 0,
    ...change,
  };
}

function insertInto(table: string, row: Record<string, unknown>, verb = 'INSERT'): string {
  const columns = Object.keys(row);
  return `${verb} INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`;
}

async function expectTipRefused(rule: string | RegExp, change: Record<string, string | number | null>, verb?: string) {
  const row = await aTip(change);
  await expectRefused(rule, insertInto('ledger_transfers', row, verb), ...Object.values(row));
}

/** What an INSERT may be told to do where it may not: none of it gets past a guard. */
const VERBS = ['INSERT', 'INSERT OR REPLACE', 'INSERT OR FAIL', 'INSERT OR IGNORE', 'INSERT OR ROLLBACK'];

it('a transfer that breaks no rule goes through', async () => {
  const row = await aTip();
  await env.DB.prepare(insertInto('ledger_transfers', row))
    .bind(...Object.values(row))
    .run();
  expect(await account(buyer, 'wallet')).toMatchObject({ balance: row.debit_balance });
});

describe('a transfer that is there', () => {
  it('is never changed', async () => {
    await expectRefused('LEDGER_TRANSFER_IMMUTABLE', 'UPDATE ledger_transfers SET amount = amount + 1');
    await expectRefused('LEDGER_TRANSFER_IMMUTABLE', 'UPDATE OR REPLACE ledger_transfers SET id = 1 WHERE id > 1');
    await expectRefused('LEDGER_TRANSFER_IMMUTABLE', 'UPDATE ledger_transfers SET created_at = 1');
  });

  it('is never deleted', async () => {
    await expectRefused('LEDGER_TRANSFER_IMMUTABLE', 'DELETE FROM ledger_transfers');
  });

  it.each(VERBS)('is not replaced by its id or its leg with %s', async (verb) => {
    const { last_transfer_id: id } = await account(buyer, 'wallet');
    const leg = await env.DB.prepare('SELECT ref_type, ref_id, leg FROM ledger_transfers WHERE id = ?')
      .bind(id)
      .first<{ ref_type: string; ref_id: string; leg: number }>();
    await expectTipRefused('LEDGER_TRANSFER_REPEATED', { id }, verb);
    await expectTipRefused('LEDGER_TRANSFER_REPEATED', { ...leg }, verb);
  });

  it('is not changed by an upsert', async () => {
    const { last_transfer_id: id } = await account(buyer, 'wallet');
    const row = await aTip({ id });
    const upsert = `${insertInto('ledger_transfers', row)} ON CONFLICT (id) DO UPDATE SET amount = 50`;
    await expectRefused('LEDGER_TRANSFER_REPEATED', upsert, ...Object.values(row));
  });
});

describe('a new transfer', () => {
  it.each(VERBS)('with a lying balance is refused (%s)', async (verb) => {
    const { debit_balance, credit_balance } = await aTip();
    await expectTipRefused('LEDGER_BALANCE_WITHOUT_TRANSFER', { debit_balance: debit_balance + 1 }, verb);
    await expectTipRefused('LEDGER_BALANCE_WITHOUT_TRANSFER', { credit_balance: credit_balance + 1_000 }, verb);
  });

  it.each(VERBS)('with a lying pointer to the transfer before is refused (%s)', async (verb) => {
    for (const previous of [null, 1, 1_000_000]) {
      await expectTipRefused('LEDGER_BALANCE_WITHOUT_TRANSFER', { debit_previous_id: previous }, verb);
      await expectTipRefused('LEDGER_BALANCE_WITHOUT_TRANSFER', { credit_previous_id: previous }, verb);
    }
  });

  it('has an id above the newest', async () => {
    for (const id of [0, -1, -7]) await expectTipRefused(/CHECK|LEDGER_TRANSFER_OUT_OF_ORDER/, { id });
    const newest = await env.DB.prepare('SELECT max(id) AS id FROM ledger_transfers').first<{ id: number }>();
    const far = await aTip({ id: (newest?.id ?? 0) + 10 });
    await env.DB.prepare(insertInto('ledger_transfers', far))
      .bind(...Object.values(far))
      .run();
    await expectTipRefused('LEDGER_TRANSFER_OUT_OF_ORDER', { id: (newest?.id ?? 0) + 5 });
  });

  it('moves more than nothing', async () => {
    for (const amount of [0, -1]) {
      const { debit_balance, credit_balance } = await aTip();
      await expectTipRefused(/CHECK/, {
        amount,
        debit_balance: debit_balance + 1 - amount,
        credit_balance: credit_balance - 1 + amount,
      });
    }
    await expectTipRefused(/cannot store REAL|SQLITE_CONSTRAINT/, { amount: 0.5 });
  });

  it('is of a kind that the chart has', async () => {
    await expectTipRefused('LEDGER_NOT_IN_CHART', { kind: 'bribe' });
  });

  it('goes between the accounts that the chart names', async () => {
    const issued = await account('platform', 'coins_issued');
    await expectTipRefused('LEDGER_NOT_IN_CHART', {
      credit_id: issued.id,
      credit_previous_id: issued.last_transfer_id,
      credit_balance: issued.balance + 1,
    });
    const { debit_id, credit_id } = await aTip();
    await expectTipRefused('LEDGER_NOT_IN_CHART', { debit_id: credit_id, credit_id: debit_id });
    await expectTipRefused(/CHECK|LEDGER_NOT_IN_CHART/, { credit_id: debit_id });
  });

  it('is of one unit, and the right one', async () => {
    const [earnings, held] = [await account(creator, 'earnings'), await account('platform', 'diamonds_held')];
    await expectTipRefused('LEDGER_NOT_IN_CHART', { debit_id: earnings.id });
    await expectTipRefused('LEDGER_NOT_IN_CHART', { credit_id: held.id });
    const [clearing, revenue] = [newId(), newId()].map((name) => `platform:${name}`);
    const open = insertInto('ledger_accounts', { owner: '', kind: '', unit: '' });
    await env.DB.batch([
      env.DB.prepare(open).bind(clearing, 'clearing', 'EUR'),
      env.DB.prepare(open).bind(revenue, 'revenue', 'USD'),
      env.DB.prepare(open).bind(clearing, 'clearing', 'coin'),
      env.DB.prepare(open).bind(revenue, 'revenue', 'coin'),
    ]);
    const { results } = await env.DB.prepare('SELECT id, unit FROM ledger_accounts WHERE owner IN (?, ?) ORDER BY id')
      .bind(clearing, revenue)
      .all<{ id: number; unit: string }>();
    const [euros, dollars, coinsIn, coinsOut] = results.map(({ id }) => id);
    const cash = { kind: 'purchase_cash', debit_previous_id: null, credit_previous_id: null };
    const balances = { debit_balance: -1, credit_balance: 1 };
    for (const [debit_id, credit_id] of [
      [euros, dollars],
      [coinsIn, coinsOut],
    ])
      await expectTipRefused('LEDGER_NOT_IN_CHART', {
        ...{ ...cash, ...balances },
        debit_id: debit_id ?? 0,
        credit_id: credit_id ?? 0,
      });
  });

  it('names accounts that are there', async () => {
    await expectTipRefused('LEDGER_ACCOUNT_MISSING', { debit_id: 1_000_000 });
    await expectTipRefused('LEDGER_ACCOUNT_MISSING', { credit_id: 1_000_000 });
    await expectTipRefused(/LEDGER_ACCOUNT_MISSING|NOTNULL|NOT NULL/, { debit_id: null });
  });

  it.each(VERBS)('takes no more than there is (%s)', async (verb) => {
    const { balance } = await account(buyer, 'wallet');
    const { balance: spent } = await account('platform', 'coins_spent');
    await expectTipRefused(
      'LEDGER_OVERDRAFT',
      { amount: balance + 1, debit_balance: -1, credit_balance: spent + balance + 1 },
      verb,
    );
  });
});

describe('a balance past what JavaScript can read', () => {
  // D1 itself does not survive a CHECK that rolls its transaction back.
  const verbs = VERBS.filter((verb) => verb !== 'INSERT OR ROLLBACK');
  it.each(verbs)('is refused, and nothing of the transfer is left (%s)', async (verb) => {
    const owner = `platform:${newId()}`;
    const open = insertInto('ledger_accounts', { owner: '', kind: '', unit: '' });
    await env.DB.prepare(open).bind(owner, 'clearing', 'XTS').run();
    await env.DB.prepare(open).bind(owner, 'revenue', 'XTS').run();
    const [debit, credit] = [await account(owner, 'clearing'), await account(owner, 'revenue')];
    const full = Number.MAX_SAFE_INTEGER;
    const first = { kind: 'purchase_cash', debit_id: debit.id, credit_id: credit.id, created_at: 0 };
    const row = await aTip({
      ...first,
      ...{
        amount: full,
        debit_previous_id: null,
        debit_balance: -full,
        credit_previous_id: null,
        credit_balance: full,
      },
    });
    await env.DB.prepare(insertInto('ledger_transfers', row))
      .bind(...Object.values(row))
      .run();
    const { last_transfer_id: last } = await account(owner, 'clearing');
    const before = await books();
    const sql = `${verb} INTO ledger_transfers (kind, ref_type, ref_id, leg, debit_id, credit_id, amount,
        debit_previous_id, debit_balance, credit_previous_id, credit_balance, created_at)
      SELECT 'purchase_cash', 'purchase', ?, 2, debit.id, credit.id, 1, ?, debit.balance - 1, ?, credit.balance + 1, 0
      FROM ledger_accounts debit, ledger_accounts credit WHERE debit.id = ? AND credit.id = ?`;
    // `OR IGNORE` leaves the row out and says nothing.
    await env.DB.prepare(sql)
      .bind(newId(), last, last, debit.id, credit.id)
      .run()
      .catch((error: Error) => expect(error.message).toMatch('CHECK'));
    expect(await books()).toEqual(before);
  });
});

describe('an account', () => {
  const born = () => ({ owner: newId(), kind: 'wallet', unit: 'coin' });
  const expectUnborn = (rule: string | RegExp, row: Record<string, string | number | null>, verb?: string) =>
    expectRefused(rule, insertInto('ledger_accounts', row, verb), ...Object.values(row));

  it.each(VERBS)('is not born rich (%s)', async (verb) => {
    await expectUnborn('LEDGER_ACCOUNT_BORN_RICH', { ...born(), balance: 5 }, verb);
    await expectUnborn('LEDGER_ACCOUNT_BORN_RICH', { ...born(), balance: -5 }, verb);
    await expectUnborn('LEDGER_ACCOUNT_BORN_RICH', { ...born(), last_transfer_id: 1 }, verb);
  });

  it.each(VERBS)('is not born twice, nor replaced (%s)', async (verb) => {
    const { id } = await account(buyer, 'wallet');
    await expectUnborn('LEDGER_ACCOUNT_BORN_TWICE', { ...born(), owner: buyer }, verb);
    await expectUnborn('LEDGER_ACCOUNT_BORN_TWICE', { ...born(), id }, verb);
  });

  it('is not changed by an upsert', async () => {
    const upsert = `${insertInto('ledger_accounts', born())} ON CONFLICT DO UPDATE SET balance = 1000000`;
    await expectRefused('LEDGER_ACCOUNT_BORN_TWICE', upsert, buyer, 'wallet', 'coin');
  });

  it('has an id that leaves room for those after it', async () => {
    for (const id of [0, -1]) await expectUnborn(/CHECK/, { ...born(), id });
  });

  it('is on the side that its kind says', async () => {
    await expectUnborn('ledger_account_on_its_side', { ...born(), owner: 'platform' });
    await expectUnborn('ledger_account_on_its_side', { ...born(), owner: 'platform:stripe' });
    await expectUnborn('ledger_account_on_its_side', { ...born(), kind: 'coins_issued' });
  });

  it('has a unit that there is', async () => {
    for (const unit of ['gold', 'usd', 'US1', '']) await expectUnborn(/CHECK/, { ...born(), unit });
  });

  it.each(['owner', 'kind', 'unit', 'shard', 'id'])('never changes its %s', async (column) => {
    const { id } = await account(buyer, 'wallet');
    const value = { owner: creator, kind: 'sales', unit: 'USD', shard: 1, id: 999 }[column] ?? null;
    const update = `ledger_accounts SET ${column} = ? WHERE id = ?`;
    await expectRefused('LEDGER_ACCOUNT_IMMUTABLE', `UPDATE ${update}`, value, id);
    await expectRefused('LEDGER_ACCOUNT_IMMUTABLE', `UPDATE OR REPLACE ${update}`, value, id);
  });

  it('does not trade places with another', async () => {
    const [one, other] = [await account(buyer, 'wallet'), await account(creator, 'earnings')];
    await expectRefused(
      'LEDGER_ACCOUNT_IMMUTABLE',
      'UPDATE OR REPLACE ledger_accounts SET id = ? WHERE id = ?',
      one.id,
      other.id,
    );
  });

  it('is never deleted', async () => {
    const { id } = await account(buyer, 'wallet');
    await expectRefused('LEDGER_ACCOUNT_IMMUTABLE', 'DELETE FROM ledger_accounts WHERE id = ?', id);
  });
});

describe('a balance', () => {
  it('does not change without a new transfer', async () => {
    const { id } = await account(buyer, 'wallet');
    const rule = 'LEDGER_BALANCE_WITHOUT_TRANSFER';
    await expectRefused(rule, 'UPDATE ledger_accounts SET balance = balance + 1 WHERE id = ?', id);
    await expectRefused(rule, 'UPDATE ledger_accounts SET balance = balance WHERE id = ?', id);
    await expectRefused(rule, 'UPDATE ledger_accounts SET last_transfer_id = NULL WHERE id = ?', id);
    await expectRefused(rule, 'UPDATE OR IGNORE ledger_accounts SET balance = 1, last_transfer_id = NULL');
  });

  it('does not follow an old transfer again', async () => {
    const { id } = await account(buyer, 'wallet');
    const { results } = await env.DB.prepare(
      'SELECT id, amount, credit_balance FROM ledger_transfers WHERE credit_id = ? ORDER BY id',
    )
      .bind(id)
      .all<{ id: number; amount: number; credit_balance: number }>();
    expect(results.length).toBeGreaterThan(1);
    for (const old of results) {
      const update = 'UPDATE ledger_accounts SET last_transfer_id = ?, balance =';
      const rule = 'LEDGER_BALANCE_WITHOUT_TRANSFER';
      await expectRefused(rule, `${update} balance + ? WHERE id = ?`, old.id, old.amount, id);
      await expectRefused(rule, `${update} ? WHERE id = ?`, old.id, old.credit_balance, id);
    }
  });

  it("does not follow another account's transfer", async () => {
    const [wallet, earnings] = [await account(buyer, 'wallet'), await account(creator, 'earnings')];
    await expectRefused(
      'LEDGER_BALANCE_WITHOUT_TRANSFER',
      'UPDATE ledger_accounts SET last_transfer_id = ?, balance = ? WHERE id = ?',
      earnings.last_transfer_id,
      earnings.balance,
      wallet.id,
    );
  });
});

describe('the chart', () => {
  const rule = 'LEDGER_KIND_IMMUTABLE';
  const line = ['gift', 'coin', 'coins_issued', 'wallet', 1] as const;
  const insert = 'INTO ledger_kinds (kind, unit, debit_kind, credit_kind, may_overdraw) VALUES (?, ?, ?, ?, ?)';

  it('never changes', async () => {
    await expectRefused(rule, "UPDATE ledger_kinds SET may_overdraw = 1 WHERE kind = 'gift'");
    await expectRefused(rule, "DELETE FROM ledger_kinds WHERE kind = 'gift'");
    for (const verb of VERBS) await expectRefused(rule, `${verb} ${insert}`, ...line);
  });

  it('has a side of the platform in every kind', async () => {
    const refused = 'ledger_kind_has_a_platform_side';
    await expectRefused(refused, `INSERT ${insert}`, 'present', 'coin', 'wallet', 'wallet', 0);
    await expectRefused(refused, `INSERT ${insert}`, 'cash-in', 'diamond', 'earnings', 'sales', 0);
  });
});

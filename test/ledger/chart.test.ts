/** The chart of accounts is written twice: as data, which the database enforces, and as types. They say the same. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { CHART } from '@/ledger/chart';

it('is the same in the database and in TypeScript', async () => {
  const { results } = await env.DB.prepare(
    'SELECT kind, unit, debit_kind AS debit, credit_kind AS credit, may_overdraw AS mayOverdraw FROM ledger_kinds',
  ).all<{ kind: string; unit: string; debit: string; credit: string; mayOverdraw: number }>();
  const stored = Object.fromEntries(
    results.map(({ kind, mayOverdraw, ...line }) => [kind, mayOverdraw === 1 ? { ...line, mayOverdraw: true } : line]),
  );
  expect(stored).toEqual(CHART);
});

/** The coins, diamonds, sales and debts that end with an account. Its owner must confirm exactly these figures. */
import type { z } from '@hono/zod-openapi';
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { ledgerAccounts } from '@/ledger/tables';
import type { Losses } from './schemas';

/** One of the user's accounts in the ledger that is not empty. */
export interface Balance {
  readonly kind: string;
  readonly unit: string;
  readonly balance: number;
}

/** A batch's query. Ordered, so that `balancesAre` compares the same list. */
export function balancesQuery(ctx: Context, userId: string) {
  return ctx.db.all<Balance>(balancesOf(userId));
}

function balancesOf(userId: string): SQL {
  return sql`SELECT kind, unit, balance FROM ${ledgerAccounts}
    WHERE owner = ${userId} AND balance <> 0 ORDER BY kind, unit`;
}

/** A condition for the statement that plans the deletion: no balance has changed since it was read. */
export function balancesAre(userId: string, read: readonly Balance[]): SQL {
  const expected = JSON.stringify(read.map(({ kind, unit, balance }) => [kind, unit, balance]));
  return sql`(SELECT json_group_array(json_array(kind, unit, balance)) FROM (${balancesOf(userId)})) = ${expected}`;
}

export function lossesOf(held: readonly Balance[]): z.output<typeof Losses> {
  const balanceOf = (kind: string) => Math.max(0, held.find((one) => one.kind === kind)?.balance ?? 0);
  const debts = held.filter(({ balance }) => balance < 0).map(({ unit, balance }) => ({ unit, amount: -balance }));
  const sales = held
    .filter(({ kind, balance }) => kind === 'sales' && balance > 0)
    .map(({ unit, balance }) => ({ currency: unit, amountMinor: balance }));
  return {
    coins: balanceOf('wallet'),
    diamonds: balanceOf('earnings'),
    ...(sales.length > 0 ? { sales: byCurrency(sales) } : {}),
    debts: inOrder(debts),
  };
}

/** Whether the user may go ahead. Without anything to lose, nothing needs to be confirmed. */
export function isConfirmed(losses: z.output<typeof Losses>, losing: z.output<typeof Losses> | undefined): boolean {
  const { coins, diamonds, sales = [], debts } = losing ?? { coins: 0, diamonds: 0, debts: [] };
  return (
    coins === losses.coins &&
    diamonds === losses.diamonds &&
    JSON.stringify(byCurrency(sales)) === JSON.stringify(losses.sales ?? []) &&
    JSON.stringify(inOrder(debts)) === JSON.stringify(losses.debts)
  );
}

function inOrder(debts: z.output<typeof Losses>['debts']) {
  return debts
    .map(({ unit, amount }) => ({ unit, amount }))
    .toSorted((a, b) => (a.unit === b.unit ? a.amount - b.amount : a.unit < b.unit ? -1 : 1));
}

function byCurrency(sales: NonNullable<z.output<typeof Losses>['sales']>) {
  return sales
    .map(({ currency, amountMinor }) => ({ currency, amountMinor }))
    .toSorted((a, b) => (a.currency < b.currency ? -1 : 1));
}

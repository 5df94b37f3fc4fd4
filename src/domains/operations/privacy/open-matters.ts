/**
 * Open matters that prevent an account from being deleted: money or people depend on them. A dispute is open until it is
 * won or lost, and a checkout while it can be paid: one that failed can until it expires.
 */

import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { staff } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import { isStaying } from '@/domains/base/visibility/people';
import { streams } from '@/domains/live/streams/tables';
import { orders, salesHeld } from '@/domains/money/orders/tables';
import { payouts } from '@/domains/money/payouts/tables';
import { purchases } from '@/domains/money/purchases/tables';

const MATTERS = {
  payout: (userId) =>
    sql`EXISTS (SELECT 1 FROM ${payouts} WHERE user_id = ${userId} AND status IN ('requested', 'approved', 'processing'))`,
  payment: (userId) =>
    sql`EXISTS (SELECT 1 FROM ${purchases} WHERE user_id = ${userId}
      AND (status IN ('pending', 'processing') OR status = 'failed' AND ask_at IS NOT NULL))`,
  dispute: (userId) => sql`EXISTS (SELECT 1 FROM ${purchases} WHERE user_id = ${userId} AND status = 'disputed')`,
  // A bought order is open while it is not paid or shipped, has a problem, or its money is disputed or on its way back.
  order: (userId) =>
    sql`EXISTS (SELECT 1 FROM ${orders} WHERE user_id = ${userId}
      AND (state IN ('pending', 'paid', 'disputed') OR state = 'partially_refunded' AND fulfilled_at IS NULL
        OR has_open_problem = 1 OR refunding_minor > 0))`,
  // A sold order is open until its money has matured.
  sale: (userId) =>
    sql`(EXISTS (SELECT 1 FROM ${orders} WHERE seller_id = ${userId} AND state IN ('pending', 'paid', 'disputed'))
      OR EXISTS (SELECT 1 FROM ${salesHeld} WHERE seller_id = ${userId} AND amount_minor > 0))`,
  live: (userId) => sql`EXISTS (SELECT 1 FROM ${streams} WHERE creator_id = ${userId} AND status = 'live')`,
  // Without an owner, nobody could ever appoint one.
  'only-owner': (userId) => sql`(EXISTS (SELECT 1 FROM ${staff} WHERE user_id = ${userId} AND rank = 'owner')
    AND NOT EXISTS (SELECT 1 FROM ${staff} JOIN ${users} ON users.id = staff.user_id
      WHERE staff.rank = 'owner' AND users.id <> ${userId} AND ${isStaying()}))`,
} as const satisfies Readonly<Record<string, (userId: string) => SQL>>;

type Matter = keyof typeof MATTERS;
const NAMES = Object.keys(MATTERS) as Matter[]; // the keys of MATTERS

/** A batch's query, for `openMattersOf`. */
export function openMattersQuery(ctx: Context, userId: string) {
  const asked = NAMES.map((name) => sql`${MATTERS[name](userId)} AS ${sql.identifier(name)}`);
  return ctx.db.all<Record<Matter, number>>(sql`SELECT ${sql.join(asked, sql`, `)}`);
}

export function openMattersOf([open]: readonly Record<Matter, number>[]): Matter[] {
  return NAMES.filter((name) => open?.[name] === 1);
}

/** A condition for the statement that plans or carries out the deletion. */
export function noOpenMatter(userId: string): SQL {
  const any = sql.join(
    NAMES.map((name) => MATTERS[name](userId)),
    sql` OR `,
  );
  return sql`NOT (${any})`;
}

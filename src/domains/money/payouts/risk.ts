/**
 * What the review of a payout shows about its creator. One statement reads all creators of a page. It looks at a bounded
 * number of rows for each, the newest first.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { giftsSent } from '@/domains/money/gifts/tables';
import { subscriptionCharges } from '@/domains/money/subscriptions/tables';
import { ledgerAccounts } from '@/ledger/tables';
import { firstIdAt } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';
import { payouts } from './tables';

/** Disputes come within four months. */
const WINDOW_MS = 180 * DAY_MS;
const SPENDS_MAX = literal(500);

export interface Risk {
  readonly disputedBps: number;
  readonly youngBps: number;
  readonly senders: number;
  readonly accountDays: number;
  readonly firstPayout: boolean;
  readonly debts: { readonly unit: string; readonly amount: number }[];
}

export const NO_RISK: Risk = {
  ...{ disputedBps: 0, youngBps: 0, senders: 0, accountDays: 0, firstPayout: false },
  debts: [],
};

interface RiskRow {
  readonly id: string;
  readonly createdAt: number;
  readonly isPaid: number;
  /** JSON. */
  readonly debts: string;
  /** JSON: the number of senders, and the diamonds that they sent. */
  readonly spends: string;
}

/** @param userIds a SELECT of ids @returns by the creator's id */
export async function readRisks(ctx: Context, userIds: SQL): Promise<ReadonlyMap<string, Risk>> {
  const now = ctx.now();
  const since = firstIdAt(now - WINDOW_MS);
  const rows = await ctx.db.all<RiskRow>(sql`
    SELECT users.id, users.created_at AS createdAt,
      EXISTS (SELECT 1 FROM ${payouts} WHERE user_id = users.id AND +status = 'paid') AS isPaid,
      (SELECT json_group_array(json_object('unit', unit, 'amount', -balance)) FROM ${ledgerAccounts}
        WHERE owner = users.id AND balance < 0) AS debts,
      (SELECT json_array(count(DISTINCT sender), coalesce(sum(diamonds), 0)) FROM (${spendsFor(sql`users.id`, since)}))
        AS spends
    FROM ${users} WHERE users.id IN (${userIds})`);
  return new Map(rows.map((row) => [row.id, present(row, now)]));
}

/** The newest gifts, tips and months that earned the creator diamonds. */
function spendsFor(creatorId: SQL, since: string): SQL {
  return sql`
    SELECT * FROM (SELECT sender_id AS sender, diamonds FROM ${giftsSent}
      WHERE recipient_id = ${creatorId} AND id >= ${since} ORDER BY id DESC LIMIT ${SPENDS_MAX})
    UNION ALL
    SELECT * FROM (SELECT subscriber_id, diamonds FROM ${subscriptionCharges}
      WHERE creator_id = ${creatorId} AND id >= ${since} ORDER BY id DESC LIMIT ${SPENDS_MAX})`;
}

function present({ createdAt, isPaid, debts, spends }: RiskRow, now: number): Risk {
  const [senders] = JSON.parse(spends) as [number, number]; // as the query builds it
  return {
    disputedBps: 0,
    youngBps: 0,
    senders,
    accountDays: Math.floor((now - createdAt) / DAY_MS),
    firstPayout: isPaid === 0,
    debts: JSON.parse(debts) as Risk['debts'], // as the query builds it
  };
}

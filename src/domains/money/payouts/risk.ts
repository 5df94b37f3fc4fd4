/**
 * What the review of a payout shows about its creator. One statement reads all creators of a page. It looks at a bounded
 * number of rows for each, the newest first.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { reversedEarnings } from '@/domains/money/earnings/tables';
import { giftsSent } from '@/domains/money/gifts/tables';
import { purchases } from '@/domains/money/purchases/tables';
import { subscriptionCharges } from '@/domains/money/subscriptions/tables';
import { coinLots, ledgerAccounts, lotUses, type SpendType } from '@/ledger/tables';
import { firstIdAt } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';
import { payouts } from './tables';

/** Disputes come within four months. */
const WINDOW_MS = 180 * DAY_MS;
const YOUNG_MS = 30 * DAY_MS;
const SPENDS_MAX = literal(500);
const BPS = 10_000;

export interface Risk {
  readonly disputedBps: number;
  readonly youngBps: number;
  readonly senders: number;
  readonly accountDays: number;
  readonly firstPayout: boolean;
  readonly fraudWarnings: number;
  readonly debts: { readonly unit: string; readonly amount: number }[];
}

export const NO_RISK: Risk = {
  ...{ disputedBps: 0, youngBps: 0, senders: 0, accountDays: 0, firstPayout: false, fraudWarnings: 0 },
  debts: [],
};

interface RiskRow {
  readonly id: string;
  readonly createdAt: number;
  readonly isPaid: number;
  /** JSON. */
  readonly debts: string;
  /** JSON: the senders, the diamonds they sent, of which are disputed, of which are young, and how often it was warned. */
  readonly spends: string;
}

type Spends = readonly [senders: number, diamonds: number, disputed: number, young: number, warned: number];

/** @param userIds a SELECT of ids @returns by the creator's id */
export async function readRisks(ctx: Context, userIds: SQL): Promise<ReadonlyMap<string, Risk>> {
  const now = ctx.now();
  const rows = await ctx.db.all<RiskRow>(sql`
    SELECT users.id, users.created_at AS createdAt,
      EXISTS (SELECT 1 FROM ${payouts} WHERE user_id = users.id AND +status = 'paid') AS isPaid,
      (SELECT json_group_array(json_object('unit', unit, 'amount', -balance)) FROM ${ledgerAccounts}
        WHERE owner = users.id AND balance < 0) AS debts,
      (SELECT json_array(count(DISTINCT sender), coalesce(sum(diamonds), 0),
          coalesce(sum(max(reversed, diamonds * warned / coins)), 0),
          coalesce(sum(diamonds * young / coins), 0), coalesce(sum(warned > 0), 0))
        FROM (${newestSpends(sql`users.id`, now)})) AS spends
    FROM ${users} WHERE users.id IN (${userIds})`);
  return new Map(rows.map((row) => [row.id, present(row, now)]));
}

/** The newest gifts, tips and months that earned the creator diamonds. */
function newestSpends(creatorId: SQL, now: number): SQL {
  const newest = sql`id >= ${firstIdAt(now - WINDOW_MS)} ORDER BY id DESC LIMIT ${SPENDS_MAX}`;
  const shared = (type: SpendType) => sql`diamonds, coins,
    coalesce((SELECT r.diamonds FROM ${reversedEarnings} r
      WHERE r.ref_type = ${type} AND r.ref_id = spend.id), 0) AS reversed,
    ${coinsFrom(type, isYoung(now))} AS young, ${coinsFrom(type, isWarned)} AS warned`;
  return sql`
    SELECT * FROM (SELECT sender_id AS sender, ${shared('gift')} FROM ${giftsSent} spend
      WHERE recipient_id = ${creatorId} AND ${newest})
    UNION ALL
    SELECT * FROM (SELECT subscriber_id, ${shared('subscription')} FROM ${subscriptionCharges} spend
      WHERE creator_id = ${creatorId} AND ${newest})`;
}

const isYoung = (now: number) => sql`lot.source_type = 'purchase' AND lot.created_at > ${now - YOUNG_MS}`;

/** Its purchase was reported as fraud: a dispute often follows. */
const isWarned = sql`lot.source_type = 'purchase'
  AND EXISTS (SELECT 1 FROM ${purchases} WHERE id = lot.source_id AND fraud_warned_at IS NOT NULL)`;

/** How many of a spend's coins are from such lots. */
function coinsFrom(type: SpendType, isSuch: SQL): SQL {
  return sql`(
    coalesce((SELECT spend.lot_coins FROM ${coinLots} lot WHERE lot.id = spend.lot_id AND ${isSuch}), 0)
    + coalesce((SELECT sum(part.coins) FROM ${lotUses} part JOIN ${coinLots} lot ON lot.id = part.lot_id AND ${isSuch}
      WHERE part.ref_type = ${type} AND part.ref_id = spend.id), 0))`;
}

function present({ createdAt, isPaid, debts, spends }: RiskRow, now: number): Risk {
  const [senders, diamonds, disputed, young, fraudWarnings] = JSON.parse(spends) as Spends; // as queried
  const bpsOf = (part: number) => (diamonds === 0 ? 0 : Math.floor((BPS * part) / diamonds));
  return {
    disputedBps: bpsOf(disputed),
    youngBps: bpsOf(young),
    senders,
    accountDays: Math.floor((now - createdAt) / DAY_MS),
    firstPayout: isPaid === 0,
    fraudWarnings,
    debts: JSON.parse(debts) as Risk['debts'], // as queried
  };
}

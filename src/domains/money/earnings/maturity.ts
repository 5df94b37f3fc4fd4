/**
 * Reads which diamonds can be exchanged and cashed out: only matured ones (see `mature.ts`). A cash-out requires in its
 * own batch that they are still there. Rewards of guides are matured from the start.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int } from '@/db/sql';
import { type Economy, readEconomy } from '@/domains/base/economy/read';
import { subscriptionCharges } from '@/domains/money/subscriptions/tables';
import { ledgerAccounts } from '@/ledger/tables';
import { balanceOf } from '@/ledger/transfers';
import { firstIdAt } from '@/shared/ids';
import {
  atMost,
  type DayAmount,
  maturingDaysOf,
  maturityOf,
  type ReversalOfLot,
  standingReversals,
  windowStart,
} from './mature';

interface Diamonds {
  /** The balance: matured and maturing together. Less than 0 after a reversal of diamonds that are gone. */
  readonly total: number;
  readonly maturing: number;
  /** The maturing ones by when they will have matured (ms), soonest first: one entry a day. */
  readonly matures: readonly { readonly at: number; readonly diamonds: number }[];
  readonly matured: number;
  /** For `stillMatured`: the window's first day, and how much of the window's earnings has been taken again. */
  readonly window: { readonly since: string; readonly taken: number };
}

/** @param known the economy, if the caller has read it */
export async function readDiamonds(ctx: Context, userId: string, known?: Economy): Promise<Diamonds> {
  const { limits } = known ?? (await readEconomy(ctx));
  const since = windowStart(ctx.now(), limits.maturingDays);
  const sinceMs = Date.parse(since);
  // One batch, so that all are read at the same moment.
  const [[account], credits, debits, reversals] = await ctx.db.batch([
    ctx.db.all<{ balance: number }>(sql`
      SELECT balance FROM ${ledgerAccounts}
      WHERE owner = ${userId} AND kind = 'earnings' AND unit = 'diamond' AND shard = 0`),
    ctx.db.all<DayAmount>(
      sql`SELECT day, sum(diamonds) AS diamonds FROM (${maturingSince(userId, since)}) GROUP BY day`,
    ),
    ctx.db.all<DayAmount>(sql`
      SELECT strftime('%Y-%m-%d', at / 1000, 'unixepoch') AS day, sum(diamonds) AS diamonds FROM (
        SELECT updated_at AS at, diamonds FROM reversed_earnings
        WHERE user_id = ${userId} AND ref_type = 'reward' AND updated_at >= ${sinceMs}
          AND NOT EXISTS (SELECT 1 FROM target_rewards WHERE id = ref_id AND audience = 'guide')
        UNION ALL
        SELECT returned_at, returned_diamonds FROM ${subscriptionCharges}
        WHERE creator_id = ${userId} AND returned_at >= ${sinceMs}
        UNION ALL
        SELECT created_at, diamonds FROM exchanges
        WHERE user_id = ${userId} AND id >= ${firstIdAt(sinceMs)} AND traced = 0)
      GROUP BY 1`),
    ctx.db.all<ReversalOfLot>(sql`
      SELECT lot_id AS lotId, strftime('%Y-%m-%d', created_at / 1000, 'unixepoch') AS day, diamonds, restored
      FROM earning_reversals WHERE user_id = ${userId} AND change_id >= ${firstIdAt(sinceMs)} ORDER BY change_id`),
  ]);
  const total = account?.balance ?? 0;
  const days = atMost(maturingDaysOf(credits, [...debits, ...standingReversals(reversals)]), total);
  const maturing = days.reduce((sum, { diamonds }) => sum + diamonds, 0);
  const earned = credits.reduce((sum, { diamonds }) => sum + diamonds, 0);
  const matures = days.map(({ day, diamonds }) => ({ at: maturityOf(day, limits.maturingDays), diamonds }));
  return { total, maturing, matures, matured: total - maturing, window: { since, taken: earned - maturing } };
}

/**
 * For `requireThat`, before the batch's own transfers: requires that this many diamonds are matured at that moment.
 * Earnings since the read do no harm; of concurrent exchanges, cash-outs and reversals, the first ones win.
 */
export function stillMatured(userId: string, diamonds: number, { window }: Diamonds): SQL {
  // Earnings in the window since the read raise both sums; anything taken from the window since then only adds to
  // `taken`.
  return sql`
    ${balanceOf('earnings', 'diamond', userId)}
    - coalesce((SELECT sum(diamonds) FROM (${maturingSince(userId, window.since)})), 0)
    + ${int(window.taken)} >= ${int(diamonds)}`;
}

/** A query of `day, diamonds` that are still maturing, if nothing took them. @param since the window's first day */
function maturingSince(userId: string, since: string): SQL {
  return sql`
    SELECT day, diamonds FROM earning_days WHERE user_id = ${userId} AND day >= ${since}
    UNION ALL
    SELECT strftime('%Y-%m-%d', created_at / 1000, 'unixepoch'), -diamonds FROM target_rewards
    WHERE user_id = ${userId} AND audience = 'guide' AND created_at >= ${Date.parse(since)}`;
}

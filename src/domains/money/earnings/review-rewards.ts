/**
 * Judges rewards again after earnings were reversed, restored or given back: a reward stands while its target is reached
 * without those that are gone.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { TARGET_PERIODS, type TargetRule } from '@/contracts/economy';
import { commit, requireChange, requireThat } from '@/db/commit';
import { type Period, periodAt } from '@/domains/base/economy/periods';
import { economyVersions } from '@/domains/base/economy/tables';
import { subscriptionCharges } from '@/domains/money/subscriptions/tables';
import { post } from '@/ledger/transfers';
import { toDay } from '@/shared/time';
import { earningReversals, reversedEarnings, type TargetRewardRow, targetRewards } from './tables';
import { readTargetProgress } from './target-progress';

interface JudgedReward {
  readonly row: TargetRewardRow;
  readonly target: TargetRule;
  readonly isReversed: boolean;
}

/**
 * Safe to repeat. Returns what `judgeRewards` returns.
 * @param since judges the periods of earnings that were reversed, restored or given back since then (ms)
 */
export async function reviewRewards(ctx: Context, userId: string, since: number): Promise<number> {
  return judgeRewards(ctx, userId, await listPeriods(ctx, userId, since));
}

/**
 * Judges a user's rewards of these periods, each by the target that it was given for.
 * @returns the diamonds of rewards that were given again
 */
export async function judgeRewards(ctx: Context, userId: string, periods: readonly Period[]): Promise<number> {
  if (periods.length === 0) return 0;
  const asOf = await readNewestChange(ctx, userId); // first: the progress may only be newer
  const rewards = await listRewards(ctx, userId, periods);
  if (rewards.length === 0) return 0;
  let restored = 0;
  const targets = rewards.map(({ target }) => target);
  const progressOf = await readTargetProgress(ctx, [userId], periods, targets);
  for (const { row, target, isReversed } of rewards) {
    const period = periods.find(({ kind, name }) => kind === target.period && name === row.period);
    if (!period) continue;
    const isReached = progressOf(userId, period, target) >= target.threshold;
    if (isReached !== isReversed) continue;
    await setReversed(ctx, row, !isReached, asOf);
    if (isReached) restored += row.diamonds;
  }
  return restored;
}

function dependsOnEarnings({ metric }: TargetRule): boolean {
  return metric === 'diamonds' || metric === 'gifts' || metric === 'giftsInRooms';
}

async function listPeriods(ctx: Context, userId: string, since: number): Promise<Period[]> {
  const days = await ctx.db.all<{ day: string }>(sql`
    SELECT day FROM ${reversedEarnings}
    WHERE user_id = ${userId} AND updated_at >= ${since} AND ref_type <> 'reward'
    UNION SELECT strftime('%Y-%m-%d', created_at / 1000, 'unixepoch') FROM ${subscriptionCharges}
    WHERE creator_id = ${userId} AND returned_at >= ${since}`);
  const periods = days.flatMap(({ day }) => TARGET_PERIODS.map((kind) => periodAt(kind, Date.parse(day))));
  return [...new Map(periods.map((period) => [`${period.kind} ${period.name}`, period])).values()];
}

/** Only those whose target depends on earnings: no reversal changes the others. */
async function listRewards(ctx: Context, userId: string, periods: readonly Period[]): Promise<JudgedReward[]> {
  const names = JSON.stringify(periods.map(({ name }) => name));
  const rows = await ctx.db
    .select({ row: targetRewards, config: economyVersions.config, reversed: reversedEarnings.diamonds })
    .from(targetRewards)
    .innerJoin(economyVersions, eq(economyVersions.version, targetRewards.economyVersion))
    .leftJoin(
      reversedEarnings,
      and(eq(reversedEarnings.refType, 'reward'), eq(reversedEarnings.refId, targetRewards.id)),
    )
    .where(
      and(eq(targetRewards.userId, userId), sql`${targetRewards.period} IN (SELECT value FROM json_each(${names}))`),
    );
  return rows.flatMap(({ row, config, reversed }) => {
    const target = config.targets.find(({ id }) => id === row.targetId);
    const isReversed = reversed !== null && reversed > 0;
    return target && dependsOnEarnings(target) ? [{ row, target, isReversed }] : [];
  });
}

const newestChangeOf = (userId: string) =>
  sql`(SELECT max(change_id) FROM ${earningReversals} WHERE user_id = ${userId})`;

async function readNewestChange(ctx: Context, userId: string): Promise<string | null> {
  const row = await ctx.db.get<{ id: string | null }>(sql`SELECT ${newestChangeOf(userId)} AS id`);
  return row.id;
}

/**
 * Takes a reward back, or gives it again. Throws DEMAND_NOT_MET if another message did so meanwhile, or if earnings were
 * reversed or restored after `asOf`.
 */
async function setReversed(
  ctx: Context,
  row: TargetRewardRow,
  isReversed: boolean,
  asOf: string | null,
): Promise<void> {
  const { id: refId, userId, diamonds, legs, createdAt } = row;
  const leg = legs + 1;
  const state = { diamonds: isReversed ? diamonds : 0, isWhole: isReversed, updatedAt: ctx.now() };
  const kind = isReversed ? 'reward_reversal' : 'reward_restored';
  await commit(ctx, [
    requireThat(ctx, sql`${newestChangeOf(userId)} IS ${asOf}`),
    ctx.db
      .update(targetRewards)
      .set({ legs: leg })
      .where(and(eq(targetRewards.id, refId), eq(targetRewards.legs, legs))),
    requireChange(ctx),
    ctx.db
      .insert(reversedEarnings)
      .values({ refType: 'reward', refId, userId, source: 'reward', day: toDay(createdAt), ...state })
      .onConflictDoUpdate({ target: [reversedEarnings.refType, reversedEarnings.refId], set: state }),
    ...post(ctx, [{ kind, refType: 'reward', refId, leg, userId, amount: diamonds }]),
  ]);
  ctx.log.event(`reward.${isReversed ? 'reversed' : 'restored'}`, { rewardId: refId, diamonds });
}

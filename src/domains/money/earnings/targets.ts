/** Lists a creator's targets from the economy, with the progress in the current periods. */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { type CreatorTarget, isForCreators, TARGET_PERIODS } from '@/contracts/economy';
import { type Period, periodAt } from '@/domains/base/economy/periods';
import { readEconomy } from '@/domains/base/economy/read';
import { toIso } from '@/shared/time';
import { readProgress } from './progress';
import type { TargetList } from './schemas';
import { reversedEarnings, targetRewards } from './tables';

export async function listTargets(ctx: Context, userId: string): Promise<z.input<typeof TargetList>> {
  const { targets } = await readEconomy(ctx);
  const periods = TARGET_PERIODS.map((kind) => periodAt(kind, ctx.now()));
  const [progressOf, rewards] = await Promise.all([
    readProgress(ctx, [userId], periods),
    readRewards(
      ctx,
      [userId],
      periods.map(({ name }) => name),
    ),
  ]);
  const standing = rewards.filter(({ isReversed }) => isReversed === 0);
  const rewardedAt = new Map(standing.map((reward) => [`${reward.targetId} ${reward.period}`, reward.createdAt]));
  const present = (target: CreatorTarget, period: Period) => {
    const at = rewardedAt.get(`${target.id} ${period.name}`);
    return {
      ...target,
      audience: 'creator' as const,
      progress: progressOf(userId, period)[target.metric],
      periodEndsAt: period.kind === 'ever' ? null : toIso(period.endMs),
      ...(at === undefined ? {} : { reachedAt: toIso(at) }),
    };
  };
  const items = targets
    .filter(isForCreators)
    .flatMap((target) => periods.filter(({ kind }) => kind === target.period).map((period) => present(target, period)));
  return { items };
}

/** Reads these users' rewards in these periods, reversed ones too. */
export function readRewards(ctx: Context, userIds: readonly string[], periodNames: readonly string[]) {
  const { userId, targetId, period, createdAt } = targetRewards;
  const isReversed = sql<number>`EXISTS (SELECT 1 FROM ${reversedEarnings} r
    WHERE r.ref_type = 'reward' AND r.ref_id = ${targetRewards.id} AND r.diamonds > 0)`;
  const isOneOf = (list: readonly string[]) => sql`IN (SELECT value FROM json_each(${JSON.stringify(list)}))`;
  return ctx.db
    .select({ userId, targetId, period, createdAt, isReversed })
    .from(targetRewards)
    .where(sql`${userId} ${isOneOf(userIds)} AND ${period} ${isOneOf(periodNames)}`);
}

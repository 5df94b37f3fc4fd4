/**
 * Rewards creators who reached a target, once per period. A unique row in the reward's batch enforces that, however
 * often and concurrently it runs. Goes through everyone who earned or streamed lately, one page of creators at a time.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { type CreatorTarget, isForCreators } from '@/contracts/economy';
import { commit } from '@/db/commit';
import { type Period, periodsToReward } from '@/domains/base/economy/periods';
import { readEconomy } from '@/domains/base/economy/read';
import { users } from '@/domains/base/users/tables';
import { isActive } from '@/domains/base/visibility/people';
import { streams } from '@/domains/live/streams/tables';
import { AppError } from '@/http/errors';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { DAY_MS, HOUR_MS, MINUTE_MS, toDay } from '@/shared/time';
import { earningError } from './errors';
import { readProgress } from './progress';
import { recordEarning } from './record';
import { judgeRewards } from './review-rewards';
import { targetRewards } from './tables';
import { readRewards } from './targets';

const PAGE_CREATORS = 100;

/** Safe to repeat. Queues the next page itself. @param after the last creator of the previous page */
export async function awardTargets(ctx: Context, after: string | null): Promise<void> {
  const { version, targets } = await readEconomy(ctx);
  const forCreators = targets.filter(isForCreators);
  if (forCreators.length === 0) return;
  const active = await listActive(ctx, after ?? '');
  const creators = active.filter(({ isCreator }) => isCreator === 1).map(({ id }) => id);
  await awardPage(ctx, forCreators, version, creators);
  const last = active[PAGE_CREATORS - 1];
  if (last) await ctx.queues.tasks.send({ type: 'award-targets', after: last.id });
}

/** Starts a pass every hour; if the cron misses a minute, the next hour's pass makes up for it. */
export async function queueTargetAwards(ctx: Context): Promise<void> {
  if (ctx.now() % HOUR_MS < MINUTE_MS) await ctx.queues.tasks.send({ type: 'award-targets', after: null });
}

async function awardPage(
  ctx: Context,
  targets: readonly CreatorTarget[],
  version: number,
  creators: readonly string[],
): Promise<void> {
  if (creators.length === 0) return;
  const kinds = [...new Set(targets.map(({ period }) => period))];
  const periods = kinds.flatMap((kind) => periodsToReward(kind, ctx.now()));
  const names = [...new Set(periods.map(({ name }) => name))];
  const [progressOf, rewards] = await Promise.all([
    readProgress(ctx, creators, periods),
    readRewards(ctx, creators, names),
  ]);
  const rewarded = new Set(rewards.map(({ userId, targetId, period }) => `${userId} ${targetId} ${period}`));
  for (const userId of creators)
    for (const period of periods)
      for (const target of targets) {
        const isReached =
          target.period === period.kind && progressOf(userId, period)[target.metric] >= target.threshold;
        if (isReached && !rewarded.has(`${userId} ${target.id} ${period.name}`))
          await reward(ctx, userId, target, period, version);
      }
  // Later earnings may have reached a target again whose reward was taken back.
  const reversed = new Set(rewards.filter(({ isReversed }) => isReversed === 1).map(({ userId }) => userId));
  for (const userId of reversed) await judgeRewards(ctx, userId, periods);
}

/**
 * Users who earned or ended a stream today or yesterday (UTC), or are live, ordered by id. Includes users who are no
 * longer approved creators.
 */
function listActive(ctx: Context, after: string): Promise<{ id: string; isCreator: number }[]> {
  const now = ctx.now();
  const earnedOn = (ms: number) => sql`
    SELECT * FROM (SELECT DISTINCT user_id AS id FROM earning_days
      WHERE day = ${toDay(ms)} AND user_id > ${after} ORDER BY user_id LIMIT ${PAGE_CREATORS})`;
  const streamedOn = (ms: number) => sql`
    SELECT * FROM (SELECT DISTINCT creator_id FROM ${streams}
      WHERE ended_at IS NOT NULL AND ended_at / 86400000 = ${Math.floor(ms / DAY_MS)}
        AND creator_id > ${after} ORDER BY creator_id LIMIT ${PAGE_CREATORS})`;
  return ctx.db.all<{ id: string; isCreator: number }>(sql`
    SELECT active.id AS id, coalesce(users.creator_status = 'APPROVED' AND ${isActive()}, 0) AS isCreator
    FROM (
      ${earnedOn(now)} UNION ${earnedOn(now - DAY_MS)} UNION ${streamedOn(now)} UNION ${streamedOn(now - DAY_MS)}
      UNION SELECT creator_id FROM ${streams} WHERE status = 'live' AND creator_id > ${after}
      ORDER BY 1 LIMIT ${PAGE_CREATORS}
    ) active
    LEFT JOIN ${users} ON users.id = active.id
    ORDER BY active.id`);
}

async function reward(
  ctx: Context,
  userId: string,
  target: CreatorTarget,
  period: Period,
  version: number,
): Promise<void> {
  const { diamonds } = target.reward;
  const id = newId();
  const row = { id, userId, targetId: target.id, period: period.name, diamonds, economyVersion: version };
  try {
    await commit(
      ctx,
      [
        ctx.db.insert(targetRewards).values({ ...row, createdAt: ctx.now() }),
        ...post(ctx, [{ kind: 'target_reward', refType: 'reward', refId: id, leg: 1, userId, amount: diamonds }]),
        recordEarning(ctx, { userId, source: 'reward', diamonds }),
      ],
      {
        events: [
          {
            kind: 'notify',
            notification: {
              userId,
              kind: 'target-reached',
              title: 'You reached a target',
              body: `You earned ${diamonds} diamonds for it.`,
              data: { targetId: target.id, period: period.name, diamonds },
            },
          },
        ],
        refusals: { 'target_rewards.user_id': () => earningError('TARGET_REWARDED') },
      },
    );
  } catch (error) {
    if (error instanceof AppError && error.code === 'TARGET_REWARDED') return; // someone else was faster
    throw error;
  }
  ctx.log.event('target.rewarded', { rewardId: id, targetId: target.id, userId });
}

/**
 * Rewards creators and guides who reached a target, once per period. A unique row in the reward's batch enforces that,
 * however often and concurrently it runs. Goes through everyone who earned, streamed or was on a stage lately, one page
 * of users at a time.
 */

import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { isForGuides, type TargetRule } from '@/contracts/economy';
import { noticeTo } from '@/contracts/notification-data';
import { commit } from '@/db/commit';
import { type Period, periodsToReward } from '@/domains/base/economy/periods';
import { readEconomy } from '@/domains/base/economy/read';
import { users } from '@/domains/base/users/tables';
import { isActive } from '@/domains/base/visibility/people';
import { streams } from '@/domains/live/streams/tables';
import { guideWork } from '@/domains/people/guides/tables';
import { AppError } from '@/http/errors';
import { post } from '@/ledger/transfers';
import { newId } from '@/shared/ids';
import { DAY_MS, HOUR_MS, MINUTE_MS, toDay } from '@/shared/time';
import { earningError } from './errors';
import { recordEarning } from './record';
import { judgeRewards } from './review-rewards';
import { targetRewards } from './tables';
import { readTargetProgress } from './target-progress';
import { readRewards } from './targets';

const PAGE_USERS = 100;

/** Safe to repeat. Queues the next page itself. @param after the last user of the previous page */
export async function awardTargets(ctx: Context, after: string | null): Promise<void> {
  const { version, targets } = await readEconomy(ctx);
  if (targets.length === 0) return;
  const active = await listActive(ctx, after ?? '');
  await awardPage(
    ctx,
    targets,
    version,
    active.filter(({ isCreator, isGuide }) => isCreator === 1 || isGuide === 1),
  );
  const last = active[PAGE_USERS - 1];
  if (last) await ctx.queues.tasks.send({ type: 'award-targets', after: last.id });
}

/** Starts a pass every hour; if the cron misses a minute, the next hour's pass makes up for it. */
export async function queueTargetAwards(ctx: Context): Promise<void> {
  if (ctx.now() % HOUR_MS < MINUTE_MS) await ctx.queues.tasks.send({ type: 'award-targets', after: null });
}

async function awardPage(
  ctx: Context,
  targets: readonly TargetRule[],
  version: number,
  people: readonly Active[],
): Promise<void> {
  if (people.length === 0) return;
  const userIds = people.map(({ id }) => id);
  const kinds = [...new Set(targets.map(({ period }) => period))];
  const periods = kinds.flatMap((kind) => periodsToReward(kind, ctx.now()));
  const names = [...new Set(periods.map(({ name }) => name))];
  const [progressOf, rewards] = await Promise.all([
    readTargetProgress(ctx, userIds, periods, targets),
    readRewards(ctx, userIds, names),
  ]);
  const rewarded = new Set(rewards.map(({ userId, targetId, period }) => `${userId} ${targetId} ${period}`));
  for (const { id: userId, isCreator, isGuide } of people)
    for (const period of periods)
      for (const target of targets) {
        const isTheirs = (isForGuides(target) ? isGuide : isCreator) === 1 && target.period === period.kind;
        const isReached = isTheirs && progressOf(userId, period, target) >= target.threshold;
        if (isReached && !rewarded.has(`${userId} ${target.id} ${period.name}`))
          await reward(ctx, userId, target, period, version);
      }
  // Later earnings may have reached a target again whose reward was taken back.
  const reversed = new Set(rewards.filter(({ isReversed }) => isReversed === 1).map(({ userId }) => userId));
  for (const userId of reversed) await judgeRewards(ctx, userId, periods);
}

interface Active {
  readonly id: string;
  readonly isCreator: number;
  readonly isGuide: number;
}

/**
 * Users who earned, ended a stream or were on a stage as guides today or yesterday (UTC), or are live, ordered by id.
 * Includes users who are no longer approved.
 */
function listActive(ctx: Context, after: string): Promise<Active[]> {
  const now = ctx.now();
  const earnedOn = (ms: number) => sql`
    SELECT * FROM (SELECT DISTINCT user_id AS id FROM earning_days
      WHERE day = ${toDay(ms)} AND user_id > ${after} ORDER BY user_id LIMIT ${PAGE_USERS})`;
  const streamedOn = (ms: number) => sql`
    SELECT * FROM (SELECT DISTINCT creator_id FROM ${streams}
      WHERE ended_at IS NOT NULL AND ended_at / 86400000 = ${Math.floor(ms / DAY_MS)}
        AND creator_id > ${after} ORDER BY creator_id LIMIT ${PAGE_USERS})`;
  const workedOn = (ms: number) => sql`
    SELECT * FROM (SELECT DISTINCT user_id FROM ${guideWork}
      WHERE day = ${toDay(ms)} AND user_id > ${after} ORDER BY user_id LIMIT ${PAGE_USERS})`;
  // Nested, since D1 takes at most five terms in one UNION.
  const lately = (on: (ms: number) => SQL) => sql`SELECT * FROM (${on(now)} UNION ${on(now - DAY_MS)})`;
  return ctx.db.all<Active>(sql`
    SELECT active.id AS id, coalesce(users.creator_status = 'APPROVED' AND ${isActive()}, 0) AS isCreator,
      coalesce(users.guide_status = 'APPROVED' AND ${isActive()}, 0) AS isGuide
    FROM (
      ${lately(earnedOn)} UNION ${lately(streamedOn)} UNION ${lately(workedOn)}
      UNION SELECT creator_id FROM ${streams} WHERE status = 'live' AND creator_id > ${after}
      ORDER BY 1 LIMIT ${PAGE_USERS}
    ) active
    LEFT JOIN ${users} ON users.id = active.id
    ORDER BY active.id`);
}

async function reward(
  ctx: Context,
  userId: string,
  target: TargetRule,
  period: Period,
  version: number,
): Promise<void> {
  const { diamonds } = target.reward;
  const id = newId();
  const row = { id, userId, targetId: target.id, period: period.name, diamonds, economyVersion: version };
  const audience = isForGuides(target) ? 'guide' : 'creator';
  try {
    await commit(
      ctx,
      [
        ctx.db.insert(targetRewards).values({ ...row, audience, createdAt: ctx.now() }),
        ...post(ctx, [{ kind: 'target_reward', refType: 'reward', refId: id, leg: 1, userId, amount: diamonds }]),
        recordEarning(ctx, { userId, source: 'reward', diamonds }),
      ],
      {
        events: [noticeTo(userId, 'target-reached', { targetId: target.id, period: period.name, diamonds })],
        refusals: { 'target_rewards.user_id': () => earningError('TARGET_REWARDED') },
      },
    );
  } catch (error) {
    if (error instanceof AppError && error.code === 'TARGET_REWARDED') return; // someone else was faster
    throw error;
  }
  ctx.log.event('target.rewarded', { rewardId: id, targetId: target.id, userId });
}

/** A guide's profile and targets, with what they did in rooms. */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { isForGuides, TARGET_PERIODS } from '@/contracts/economy';
import { type Period, periodAt } from '@/domains/base/economy/periods';
import { readEconomy } from '@/domains/base/economy/read';
import { users } from '@/domains/base/users/tables';
import { userRooms } from '@/domains/live/user-rooms/tables';
import { reversedEarnings, targetRewards } from '@/domains/money/earnings/tables';
import type { GuideStatus } from '@/shared/actor';
import { toDay, toIso } from '@/shared/time';
import { guideError } from './errors';
import { type GuideProgress, readGuideProgress } from './progress';
import type { GuideProfile, GuideTargetList } from './schemas';
import { guideApplications, guideWork } from './tables';

interface ProfileRow {
  readonly status: GuideStatus;
  readonly since: number;
  readonly diamonds: number;
  readonly roomsHosted: number;
  readonly roomsHostedThisMonth: number;
}

/** Throws GUIDE_APPLICATION_NOT_FOUND. */
export async function readGuideProfile(ctx: Context, userId: string): Promise<z.input<typeof GuideProfile>> {
  const [ever, month] = [periodAt('ever', ctx.now()), periodAt('month', ctx.now())];
  const [row, progressOf] = await Promise.all([
    ctx.db.get<ProfileRow | undefined>(profileOf(userId, month)),
    readGuideProgress(ctx, [userId], [ever, month]),
  ]);
  if (!row) throw guideError('GUIDE_APPLICATION_NOT_FOUND');
  const { status, since, diamonds, roomsHosted, roomsHostedThisMonth } = row;
  return {
    ...{ userId, since: toIso(since), status },
    stats: statsOf(progressOf(userId, ever), roomsHosted),
    month: statsOf(progressOf(userId, month), roomsHostedThisMonth),
    earnings: { diamonds },
  };
}

/** A room counts as hosted if its creator had time on its stage that counts. */
function profileOf(userId: string, month: Period) {
  const hosted = sql`SELECT count(DISTINCT room_id) FROM ${guideWork}
    CROSS JOIN ${userRooms} ON user_rooms.id = room_id AND creator_id = user_id
    WHERE user_id = ${userId} AND seconds > 0`;
  return sql`
    SELECT users.guide_status AS status, application.approved_at AS since,
      (${hosted}) AS roomsHosted, (${hosted} AND day >= ${toDay(month.startMs)}) AS roomsHostedThisMonth, (
      SELECT coalesce(sum(reward.diamonds - coalesce(reversed.diamonds, 0)), 0)
      FROM ${targetRewards} reward
      LEFT JOIN ${reversedEarnings} reversed ON reversed.ref_type = 'reward' AND reversed.ref_id = reward.id
      WHERE reward.user_id = users.id AND reward.audience = 'guide') AS diamonds
    FROM ${users} JOIN ${guideApplications} application
      ON application.user_id = users.id AND application.status <> 'REJECTED'
    WHERE users.id = ${userId} AND application.approved_at IS NOT NULL`;
}

function statsOf({ stageMinutes, roomGuestsServed, giftsInRooms }: GuideProgress, roomsHosted: number) {
  return {
    stageMinutes: stageMinutes.amount,
    roomsHosted,
    guestsServed: roomGuestsServed.amount,
    giftsInRooms: giftsInRooms.amount,
  };
}

export async function listGuideTargets(ctx: Context, userId: string): Promise<z.input<typeof GuideTargetList>> {
  const periods = TARGET_PERIODS.map((kind) => periodAt(kind, ctx.now()));
  const names = JSON.stringify(periods.map(({ name }) => name));
  const [{ targets }, progressOf, rewards] = await Promise.all([
    readEconomy(ctx),
    readGuideProgress(ctx, [userId], periods),
    ctx.db.all<{ targetId: string; period: string; at: number }>(sql`
      SELECT target_id AS targetId, period, created_at AS at FROM ${targetRewards} reward
      WHERE user_id = ${userId} AND audience = 'guide' AND period IN (SELECT value FROM json_each(${names}))
        AND NOT EXISTS (SELECT 1 FROM ${reversedEarnings} reversed
        WHERE reversed.ref_type = 'reward' AND reversed.ref_id = reward.id AND reversed.diamonds > 0)`),
  ]);
  const rewardedAt = new Map(rewards.map(({ targetId, period, at }) => [`${targetId} ${period}`, at]));
  const items = targets.filter(isForGuides).flatMap((target) =>
    periods
      .filter(({ kind }) => kind === target.period)
      .map((period) => {
        const { amount, notCounted } = progressOf(userId, period)[target.metric];
        const at = rewardedAt.get(`${target.id} ${period.name}`);
        return {
          ...target,
          audience: 'guide' as const,
          progress: amount,
          periodEndsAt: period.kind === 'ever' ? null : toIso(period.endMs),
          ...(at === undefined ? {} : { reachedAt: toIso(at) }),
          notCounted: [...notCounted],
        };
      }),
  );
  return { items };
}

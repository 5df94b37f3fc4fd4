/**
 * A guide's profile and targets. Their figures come from users' rooms. NOTE: there are no such rooms yet, so every figure
 * is zero; rewards are read from the ledger's rows.
 */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { GUIDE_METRICS, isForGuides } from '@/contracts/economy';
import { periodAt } from '@/domains/base/economy/periods';
import { readEconomy } from '@/domains/base/economy/read';
import { economyVersions } from '@/domains/base/economy/tables';
import { users } from '@/domains/base/users/tables';
import { reversedEarnings, targetRewards } from '@/domains/money/earnings/tables';
import type { GuideStatus } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { guideError } from './errors';
import type { GuideProfile, GuideTargetList } from './schemas';
import { guideApplications } from './tables';

const NO_STATS = { stageMinutes: 0, roomsHosted: 0, guestsServed: 0, giftsInRooms: 0 };

/** Throws GUIDE_APPLICATION_NOT_FOUND. */
export async function readGuideProfile(ctx: Context, userId: string): Promise<z.input<typeof GuideProfile>> {
  const metrics = JSON.stringify(GUIDE_METRICS);
  const row = await ctx.db.get<{ status: GuideStatus; since: number; diamonds: number } | undefined>(sql`
    SELECT users.guide_status AS status, application.approved_at AS since, (
      SELECT coalesce(sum(reward.diamonds - coalesce(reversed.diamonds, 0)), 0)
      FROM ${targetRewards} reward
      LEFT JOIN ${reversedEarnings} reversed ON reversed.ref_type = 'reward' AND reversed.ref_id = reward.id
      WHERE reward.user_id = users.id AND EXISTS (
        SELECT 1 FROM ${economyVersions} economy, json_each(economy.config, '$.targets') target
        WHERE economy.version = reward.economy_version AND target.value ->> '$.id' = reward.target_id
          AND target.value ->> '$.metric' IN (SELECT value FROM json_each(${metrics})))) AS diamonds
    FROM ${users} JOIN ${guideApplications} application
      ON application.user_id = users.id AND application.status <> 'REJECTED'
    WHERE users.id = ${userId} AND application.approved_at IS NOT NULL`);
  if (!row) throw guideError('GUIDE_APPLICATION_NOT_FOUND');
  const { status, since, diamonds } = row;
  return { userId, since: toIso(since), status, stats: NO_STATS, month: NO_STATS, earnings: { diamonds } };
}

export async function listGuideTargets(ctx: Context): Promise<z.input<typeof GuideTargetList>> {
  const { targets } = await readEconomy(ctx);
  const items = targets.filter(isForGuides).map(({ audience: _, ...target }) => {
    const { kind, endMs } = periodAt(target.period, ctx.now());
    return { ...target, progress: 0, periodEndsAt: kind === 'ever' ? null : toIso(endMs), notCounted: [] };
  });
  return { items };
}

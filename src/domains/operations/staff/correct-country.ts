/**
 * Corrects a country that a user declared wrongly. It decides which country admin may act on them, so users cannot undo
 * it.
 */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireChange, requireThat } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { canActOn } from '@/domains/base/permissions/permissions';
import { hasRank, requireStaff } from '@/domains/base/permissions/rank';
import { presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { correctUserCountry } from '@/domains/base/users/write';
import type { Actor } from '@/shared/actor';
import { staffError } from './errors';
import { getTarget } from './members';
import type { CorrectedCountry, CountryCorrection } from './schemas';

/** Idempotent. Throws STAFF_USER_NOT_FOUND, STAFF_OUT_OF_REACH, COUNTRY_CHANGED. */
export async function correctCountry(
  ctx: Context,
  actor: Actor,
  userId: string,
  { country, reason }: z.output<typeof CountryCorrection>,
): Promise<z.input<typeof CorrectedCountry>> {
  const target = await getTarget(ctx, userId);
  const { rank = null } = target.staff ?? {};
  if (!canActOn(actor, { userId, rank, country: target.country })) throw staffError('STAFF_OUT_OF_REACH');
  const answer = { user: presentCard(target.card), country, corrected: country !== null };
  if (country === target.country && answer.corrected === (target.countryCorrectedAt !== null)) return answer;
  await commit(
    ctx,
    [
      requireStaff(ctx, actor),
      requireThat(ctx, hasRank(userId, target.staff)),
      requireThat(ctx, sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${userId} AND country IS ${target.country})`),
      correctUserCountry(ctx, userId, country),
      requireChange(ctx),
      logStaff(ctx, {
        staffId: actor.userId,
        action: 'user.country',
        targetType: 'user',
        targetId: userId,
        subjectId: userId,
        before: { country: target.country },
        after: { country },
        reason,
      }),
    ],
    {
      events: [{ kind: 'user-changed', userId }],
      refusals: { DEMAND_NOT_MET: () => staffError('COUNTRY_CHANGED') },
    },
  );
  return answer;
}

/** Applying to be a guide: one application at a time, and again 30 days after a rejection. */
import type { z } from '@hono/zod-openapi';
import { desc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireThat } from '@/db/commit';
import { economyOf, economyQuery } from '@/domains/base/economy/read';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { users } from '@/domains/base/users/tables';
import { followGuideApplication } from '@/domains/base/users/write';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { toIso } from '@/shared/time';
import { judgeEligibility, mayReapplyFrom } from './eligibility';
import { guideError } from './errors';
import { presentGuideApplication } from './present';
import type { GuideApplication, GuideApplicationRequest } from './schemas';
import { type GuideApplicationRow, guideApplications } from './tables';

type Answer = Promise<z.input<typeof GuideApplication>>;

/** Throws GUIDE_NOT_ELIGIBLE, GUIDE_APPLICATION_EXISTS, GUIDE_APPLICATION_TOO_EARLY. */
export async function applyAsGuide(
  ctx: Context,
  { userId }: Actor,
  { motivation, languages, experience, availability }: z.output<typeof GuideApplicationRequest>,
): Answer {
  const [economy, [applicant], [newest]] = await ctx.db.batch([
    economyQuery(ctx),
    ctx.db
      .select({ gender: users.gender, birthDate: users.birthDate, country: users.country })
      .from(users)
      .where(eq(users.id, userId)),
    newestApplication(ctx, userId),
  ]);
  const now = ctx.now();
  requireNoApplication(newest, now);
  const nobody = { gender: null, birthDate: null, country: null };
  const problems = judgeEligibility(economyOf(economy).guides, applicant ?? nobody, now);
  if (problems.length > 0) throw guideError('GUIDE_NOT_ELIGIBLE', { details: problems });
  const row: GuideApplicationRow = {
    ...{ id: newId(), userId, status: 'PENDING', motivation, languages },
    ...{ experience: experience ?? null, availability: availability ?? null, reason: null, submittedAt: now },
    ...{ approvedAt: null, suspendedUntil: null, decidedAt: null, decidedBy: null, decisionId: null },
  };
  const exists = () => guideError('GUIDE_APPLICATION_EXISTS');
  await commit(
    ctx,
    [
      requireThat(
        ctx,
        sql`(SELECT max(id) FROM ${guideApplications} WHERE user_id = ${userId}) IS ${newest?.id ?? null}`,
      ),
      ctx.db.insert(guideApplications).values(row),
      followGuideApplication(ctx, userId),
    ],
    {
      events: [staffEvent('guide-application', { id: row.id, subjectId: userId })],
      refusals: { 'guide_applications.user_id': exists, DEMAND_NOT_MET: exists },
    },
  );
  ctx.log.event('guide-application.submitted', { applicationId: row.id });
  return presentGuideApplication(row);
}

/** Throws GUIDE_APPLICATION_NOT_FOUND. */
export async function readOwnGuideApplication(ctx: Context, userId: string): Answer {
  const row = await newestApplication(ctx, userId).get();
  if (!row) throw guideError('GUIDE_APPLICATION_NOT_FOUND', { message: 'You have not applied to be a guide yet.' });
  return presentGuideApplication(row);
}

function requireNoApplication(newest: GuideApplicationRow | undefined, now: number): void {
  if (!newest) return;
  if (newest.status !== 'REJECTED' || newest.decidedAt === null) throw guideError('GUIDE_APPLICATION_EXISTS');
  const from = mayReapplyFrom(newest.decidedAt);
  if (now < from) throw guideError('GUIDE_APPLICATION_TOO_EARLY', { details: { mayReapplyAt: toIso(from) } });
}

function newestApplication(ctx: Context, userId: string) {
  return ctx.db
    .select()
    .from(guideApplications)
    .where(eq(guideApplications.userId, userId))
    .orderBy(desc(guideApplications.id))
    .limit(1);
}

/** Staff list guide applications. A country admin sees those of their country. */

import type { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { countRows } from '@/db/count-rows';
import { isSeenBy } from '@/domains/base/permissions/reach';
import { staff } from '@/domains/base/permissions/tables';
import { cardAmong, cardOf } from '@/domains/base/users/card-of';
import { type CardRow, cardColumns, presentCard } from '@/domains/base/users/present';
import { statusOf } from '@/domains/base/users/status';
import { type UserRow, users } from '@/domains/base/users/tables';
import { COUNT_MAX, limitAndOffset, presentPage } from '@/http/envelope';
import type { Actor, Rank } from '@/shared/actor';
import { presentGuideApplication } from './present';
import type { GuideApplicationInReview, GuideApplicationsQuery } from './schemas';
import { type GuideApplicationRow, guideApplications } from './tables';

/** An application with what staff see of the applicant. */
export interface Reviewed {
  readonly application: GuideApplicationRow;
  readonly applicant: CardRow;
  readonly country: string | null;
  readonly rank: Rank | null;
  readonly account: Pick<UserRow, 'status' | 'bannedUntil'>;
  readonly decider: CardRow | null;
  /** Who reads it. */
  readonly me: CardRow | null;
}

/** With a status, the oldest submission comes first. Without, the newest application. */
export async function listGuideApplications(
  ctx: Context,
  actor: Actor,
  query: z.output<typeof GuideApplicationsQuery>,
) {
  const { status } = query;
  const { limit, offset } = limitAndOffset(query);
  const where = and(status && eq(guideApplications.status, status), isSeenBy(actor));
  const order = status ? [asc(guideApplications.submittedAt), asc(guideApplications.id)] : [desc(guideApplications.id)];
  const counted = ctx.db
    .select({ one: sql`1` })
    .from(guideApplications)
    .innerJoin(users, eq(users.id, guideApplications.userId))
    .where(where);
  // Not one batch: D1 returns batch rows by column name, and two of these columns are called `id`.
  const [rows, [{ total = 0 } = {}]] = await Promise.all([
    reviewed(ctx, actor.userId)
      .where(where)
      .orderBy(...order)
      .limit(limit)
      .offset(offset),
    countRows(ctx, counted, COUNT_MAX + 1),
  ]);
  return presentPage(rows.map(presentReviewed), total, query);
}

export function findReviewed(ctx: Context, readerId: string, id: string): Promise<Reviewed | undefined> {
  return reviewed(ctx, readerId).where(eq(guideApplications.id, id)).get();
}

function reviewed(ctx: Context, readerId: string) {
  return ctx.db
    .select({
      application: guideApplications,
      applicant: cardColumns,
      country: users.country,
      rank: staff.rank,
      account: { status: users.status, bannedUntil: users.bannedUntil },
      decider: cardOf(sql`guide_applications.decided_by`).as('decider'),
      me: cardOf(readerId).as('me'),
    })
    .from(guideApplications)
    .innerJoin(users, eq(users.id, guideApplications.userId))
    .leftJoin(staff, eq(staff.userId, users.id));
}

export function presentReviewed({
  application,
  applicant,
  country,
  account,
  decider,
  me,
}: Reviewed): z.input<typeof GuideApplicationInReview> {
  return {
    ...presentGuideApplication(application),
    applicant: presentCard(applicant),
    applicantStatus: statusOf(account),
    country,
    decidedBy: cardAmong(application.decidedBy, decider, me),
  };
}

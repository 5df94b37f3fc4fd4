/** Staff read and decide on applications. One batch writes a decision with all its effects; only one decision wins. */

import type { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, getTableColumns, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit, requireChange, requireThat } from '@/db/commit';
import { countRows } from '@/db/count-rows';
import { decisionOf, recordDecision } from '@/domains/base/decisions/record';
import { documentUrl } from '@/domains/base/media/keys';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { canActOn } from '@/domains/base/permissions/permissions';
import { requireStaff } from '@/domains/base/permissions/rank';
import { isSeenBy } from '@/domains/base/permissions/reach';
import { staff } from '@/domains/base/permissions/tables';
import { cardAmong, cardOf } from '@/domains/base/users/card-of';
import { type CardRow, cardColumns, presentCard } from '@/domains/base/users/present';
import { statusOf } from '@/domains/base/users/status';
import { type UserRow, users } from '@/domains/base/users/tables';
import { setCreatorStatus } from '@/domains/base/users/write';
import { isActiveUser } from '@/domains/base/visibility/people';
import { COUNT_MAX, limitAndOffset, presentPage } from '@/http/envelope';
import type { Actor, Rank, Role } from '@/shared/actor';
import { creatorError } from './errors';
import { presentApplication, presentSummary } from './present';
import { createProfile } from './profile';
import type { ApplicationInReview, ApplicationsQuery } from './schemas';
import { type ApplicationRow, creatorApplications } from './tables';

const applicationColumns = getTableColumns(creatorApplications);

const accountColumns = { status: users.status, bannedUntil: users.bannedUntil };
type AccountRow = Pick<UserRow, 'status' | 'bannedUntil'>;

interface Reviewed {
  application: ApplicationRow;
  applicant: CardRow;
  country: string | null;
  rank: Rank | null;
  account: AccountRow;
  decider: CardRow | null;
  /** Who reads it. */
  me: CardRow | null;
}

/** With a status, the oldest submission comes first, as staff work through them. Otherwise, the newest comes first. */
export async function listApplications(ctx: Context, actor: Actor, query: z.output<typeof ApplicationsQuery>) {
  const { status } = query;
  const { limit, offset } = limitAndOffset(query);
  const { financial: _, ...columns } = applicationColumns;
  const where = and(status && eq(creatorApplications.status, status), isSeenBy(actor));
  const order = status
    ? [asc(creatorApplications.submittedAt), asc(creatorApplications.id)]
    : [desc(creatorApplications.id)];
  const counted = ctx.db
    .select({ one: sql`1` })
    .from(creatorApplications)
    .innerJoin(users, eq(users.id, creatorApplications.userId))
    .where(where);
  // Not one batch: D1 returns batch rows by column name, and two of these columns are called `id`.
  const [rows, [{ total = 0 } = {}]] = await Promise.all([
    ctx.db
      .select({ application: columns, applicant: cardColumns, account: accountColumns })
      .from(creatorApplications)
      .innerJoin(users, eq(users.id, creatorApplications.userId))
      .where(where)
      .orderBy(...order)
      .limit(limit)
      .offset(offset),
    countRows(ctx, counted, COUNT_MAX + 1),
  ]);
  const items = rows.map(({ application, applicant, account }) => ({
    ...presentSummary(application),
    applicant: presentCard(applicant),
    applicantStatus: statusOf(account),
  }));
  return presentPage(items, total, query);
}

/** Logs the link to the document before it returns it. Throws APPLICATION_NOT_FOUND, APPLICANT_OUT_OF_REACH. */
export async function readApplication(ctx: Context, actor: Actor, id: string) {
  const reviewed = await getReviewed(ctx, actor.userId, id);
  if (!reaches(actor, reviewed)) throw creatorError('APPLICANT_OUT_OF_REACH');
  const { documentKey, userId } = reviewed.application;
  if (documentKey === null) return presentReview(ctx, reviewed, null);
  const { userId: staffId } = actor;
  const target = { targetType: 'creator-application', targetId: id, subjectId: userId };
  await commit(ctx, [logStaff(ctx, { staffId, action: 'creator-application.document-link', ...target })]);
  return presentReview(ctx, reviewed, await documentUrl(ctx, documentKey, { staffId, applicationId: id }));
}

/**
 * Throws APPLICATION_NOT_FOUND, OWN_APPLICATION, APPLICANT_OUT_OF_REACH, APPLICANT_BANNED, APPLICATION_DECIDED,
 * DOCUMENT_MISSING.
 */
export async function approveApplication(ctx: Context, actor: Actor, id: string) {
  const reviewed = await getDecidable(ctx, actor, id);
  const { application } = reviewed;
  if (application.documentKey === null) throw creatorError('DOCUMENT_MISSING');
  return decide(ctx, actor, reviewed, {
    status: 'APPROVED',
    role: application.type,
    also: [createProfile(ctx, application)],
    notice: noticeTo(application.userId, 'creator-approved', { applicationId: id }),
  });
}

/** Throws what `approveApplication` throws, except DOCUMENT_MISSING. */
export async function rejectApplication(ctx: Context, actor: Actor, id: string, reason: string) {
  const reviewed = await getDecidable(ctx, actor, id);
  const { userId } = reviewed.application;
  const appealable = decisionOf(ctx, {
    subjectId: userId,
    action: 'reject',
    rule: 'other',
    reason,
    target: { type: 'creator-application', id },
    staffId: actor.userId,
  });
  return decide(ctx, actor, reviewed, {
    status: 'REJECTED',
    reason,
    also: [recordDecision(ctx, appealable)],
    notice: noticeTo(userId, 'creator-rejected', { applicationId: id, decisionId: appealable.id, reason }),
  });
}

interface Decision {
  status: 'APPROVED' | 'REJECTED';
  reason?: string;
  /** The applicant's new role. */
  role?: Role;
  also?: Statement[];
  notice: OutboxEvent;
}

async function decide(
  ctx: Context,
  actor: Actor,
  { application, ...applicant }: Reviewed,
  { status, reason, role, also = [], notice }: Decision,
): Promise<z.input<typeof ApplicationInReview>> {
  const { id, userId } = application;
  const decision = { status, reason: reason ?? null, decidedAt: ctx.now(), decidedBy: actor.userId };
  // Decides only on the version that was read: an amendment meanwhile needs a new review.
  const asRead = and(
    eq(creatorApplications.id, id),
    eq(creatorApplications.status, 'PENDING'),
    eq(creatorApplications.submittedAt, application.submittedAt),
  );
  await commit(
    ctx,
    [
      requireStaff(ctx, actor),
      requireThat(ctx, isActiveUser(userId)),
      ctx.db.update(creatorApplications).set(decision).where(asRead),
      requireChange(ctx),
      ...withdrawWaiting(ctx, id),
      setCreatorStatus(ctx, userId, status, role),
      ...also,
      logStaff(ctx, {
        staffId: actor.userId,
        action: status === 'APPROVED' ? 'creator-application.approve' : 'creator-application.reject',
        targetType: 'creator-application',
        targetId: id,
        subjectId: userId,
        before: { userId, status: application.status },
        after: { userId, status },
        ...(reason === undefined ? {} : { reason }),
      }),
    ],
    {
      events: [notice, { kind: 'user-changed', userId }],
      refusals: {
        DEMAND_NOT_MET: () =>
          creatorError('APPLICATION_DECIDED', {
            message: 'Someone else just decided or amended this application. Reload and try again.',
          }),
      },
    },
  );
  ctx.log.event(status === 'APPROVED' ? 'application.approved' : 'application.rejected', { applicationId: id });
  return presentReview(ctx, { ...applicant, application: { ...application, ...decision } }, null);
}

async function getDecidable(ctx: Context, actor: Actor, id: string): Promise<Reviewed> {
  const reviewed = await getReviewed(ctx, actor.userId, id);
  if (reviewed.application.userId === actor.userId) throw creatorError('OWN_APPLICATION');
  if (!reaches(actor, reviewed)) throw creatorError('APPLICANT_OUT_OF_REACH');
  if (statusOf(reviewed.account) !== 'active') throw creatorError('APPLICANT_BANNED');
  if (reviewed.application.status !== 'PENDING') throw creatorError('APPLICATION_DECIDED');
  return reviewed;
}

function reaches(actor: Actor, { application: { userId }, rank, country }: Reviewed): boolean {
  return canActOn(actor, { userId, rank, country });
}

async function getReviewed(ctx: Context, readerId: string, id: string): Promise<Reviewed> {
  const row = await ctx.db
    .select({
      application: applicationColumns,
      applicant: cardColumns,
      country: users.country,
      rank: staff.rank,
      account: accountColumns,
      decider: cardOf(sql`creator_applications.decided_by`).as('decider'),
      me: cardOf(readerId).as('me'),
    })
    .from(creatorApplications)
    .innerJoin(users, eq(users.id, creatorApplications.userId))
    .leftJoin(staff, eq(staff.userId, users.id))
    .where(eq(creatorApplications.id, id))
    .get();
  if (!row) throw creatorError('APPLICATION_NOT_FOUND');
  return row;
}

/** @param link to the document; null after a decision, because the document no longer needs to be viewed */
async function presentReview(
  ctx: Context,
  { application, applicant, account, decider, me }: Reviewed,
  link: string | null,
): Promise<z.input<typeof ApplicationInReview>> {
  return {
    ...(await presentApplication(ctx, application)),
    applicant: presentCard(applicant),
    applicantStatus: statusOf(account),
    decidedBy: cardAmong(application.decidedBy, decider, me),
    documentUrl: link,
  };
}

/** Staff review requests for other bank details. Each is decided once, by someone else, and logged. */

import type { z } from '@hono/zod-openapi';
import { and, asc, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit, requireChange } from '@/db/commit';
import { countRows } from '@/db/count-rows';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { canActOn } from '@/domains/base/permissions/permissions';
import { requireStaff } from '@/domains/base/permissions/rank';
import { isSeenBy } from '@/domains/base/permissions/reach';
import { staff } from '@/domains/base/permissions/tables';
import { cardAmong, cardOf } from '@/domains/base/users/card-of';
import { type CardRow, cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { replaceFinancial } from '@/domains/people/creators/financial';
import { creatorApplications } from '@/domains/people/creators/tables';
import { COUNT_MAX, limitAndOffset, presentPage } from '@/http/envelope';
import type { Actor, Rank } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { openMasked, presentDetails } from './details';
import { REST_MS } from './details-rest';
import { payoutError } from './errors';
import type { DetailsDecision, DetailsQuery, PayoutDetailsInReview } from './schemas';
import { type PayoutDetailsRow, payoutDetails } from './tables';

type InReview = z.input<typeof PayoutDetailsInReview>;

interface Reviewed {
  readonly details: PayoutDetailsRow;
  readonly creator: CardRow;
  readonly application: { readonly id: string; readonly accountLast4: string } | null;
  readonly decider: CardRow | null;
  /** Who reads it, if they can decide. */
  readonly me?: CardRow | null;
}

const columns = {
  details: payoutDetails,
  creator: cardColumns,
  application: { id: creatorApplications.id, accountLast4: creatorApplications.accountLast4 },
  decider: cardOf(sql`payout_details.decided_by`).as('decider'),
};

/** With a status, the oldest first, as staff work through them. Otherwise, the newest first. */
export async function listDetails(ctx: Context, actor: Actor, query: z.output<typeof DetailsQuery>) {
  const { status } = query;
  const { limit, offset } = limitAndOffset(query);
  const where = and(status && eq(payoutDetails.status, status), isSeenBy(actor));
  const counted = ctx.db
    .select({ one: sql`1` })
    .from(payoutDetails)
    .innerJoin(users, eq(users.id, payoutDetails.userId))
    .where(where);
  // Not one batch: D1 returns batch rows by column name, and two of these columns are called `id`.
  const [rows, [{ total = 0 } = {}]] = await Promise.all([
    reviewed(ctx, where)
      .orderBy(status ? asc(payoutDetails.id) : desc(payoutDetails.id))
      .limit(limit)
      .offset(offset),
    countRows(ctx, counted, COUNT_MAX + 1),
  ]);
  return presentPage(await Promise.all(rows.map((row) => present(ctx, row))), total, query);
}

/** Throws PAYOUT_DETAILS_NOT_FOUND, OWN_PAYOUT_DETAILS, PAYOUT_OUT_OF_REACH, PAYOUT_DETAILS_DECIDED. */
export async function decideDetails(
  ctx: Context,
  actor: Actor,
  id: string,
  decision: z.output<typeof DetailsDecision>,
): Promise<InReview> {
  const row = await getDecidable(ctx, actor, id);
  const { details, application } = row;
  const now = ctx.now();
  const shared = { financial: null, decidedAt: now, decidedBy: actor.userId };
  const changes = decision.accept
    ? ({ ...shared, status: 'accepted', usableAt: now + REST_MS } as const)
    : ({ ...shared, status: 'refused', reason: decision.reason } as const);
  const { userId, accountLast4, financial } = details;
  const takesEffect =
    decision.accept && financial !== null ? replaceFinancial(ctx, userId, { financial, accountLast4 }) : [];
  await commit(ctx, decisionStatements(ctx, actor, row, changes, takesEffect), {
    events: [noticeOf(details, changes)],
    refusals: { DEMAND_NOT_MET: () => payoutError('PAYOUT_DETAILS_DECIDED') },
  });
  ctx.log.event(`payout-details.${changes.status}`, { payoutDetailsId: id });
  const last4 = decision.accept ? accountLast4 : application?.accountLast4;
  return present(ctx, {
    ...row,
    details: { ...details, ...changes },
    application: application && { ...application, accountLast4: last4 ?? '' },
  });
}

type Changes = Partial<PayoutDetailsRow> & { readonly status: 'accepted' | 'refused' };

function decisionStatements(
  ctx: Context,
  actor: Actor,
  { details, application }: Reviewed,
  changes: Changes,
  takesEffect: readonly Statement[],
): Statement[] {
  const { id, userId, accountLast4 } = details;
  const isPending = and(eq(payoutDetails.id, id), eq(payoutDetails.status, 'pending'));
  return [
    requireStaff(ctx, actor),
    ctx.db.update(payoutDetails).set(changes).where(isPending),
    requireChange(ctx),
    ...withdrawWaiting(ctx, id),
    ...takesEffect,
    logStaff(ctx, {
      staffId: actor.userId,
      action: changes.status === 'accepted' ? 'payout-details.accept' : 'payout-details.refuse',
      targetType: 'payout-details',
      targetId: id,
      subjectId: userId,
      before: { userId, status: 'pending', accountLast4: application?.accountLast4 ?? null },
      after: { userId, status: changes.status, accountLast4 },
      ...(changes.reason ? { reason: changes.reason } : {}),
    }),
  ];
}

function noticeOf({ id, userId, accountLast4 }: PayoutDetailsRow, { status, usableAt, reason }: Changes): OutboxEvent {
  if (status === 'refused')
    return noticeTo(userId, 'payout-details-refused', { payoutDetailsId: id, reason: reason ?? '' });
  const data = { payoutDetailsId: id, accountLast4, usableAt: toIso(usableAt ?? 0) };
  return noticeTo(userId, 'payout-details-accepted', data);
}

type Decidable = Reviewed & { readonly country: string | null; readonly rank: Rank | null };

async function getDecidable(ctx: Context, actor: Actor, id: string): Promise<Decidable> {
  const row = await ctx.db
    .select({ ...columns, me: cardOf(actor.userId).as('me'), country: users.country, rank: staff.rank })
    .from(payoutDetails)
    .innerJoin(users, eq(users.id, payoutDetails.userId))
    .leftJoin(creatorApplications, eq(creatorApplications.userId, payoutDetails.userId))
    .leftJoin(staff, eq(staff.userId, payoutDetails.userId))
    .where(eq(payoutDetails.id, id))
    .get();
  if (!row) throw payoutError('PAYOUT_DETAILS_NOT_FOUND');
  if (row.details.userId === actor.userId) throw payoutError('OWN_PAYOUT_DETAILS');
  if (!canActOn(actor, { ...row, userId: row.details.userId })) throw payoutError('PAYOUT_OUT_OF_REACH');
  if (row.details.status !== 'pending') throw payoutError('PAYOUT_DETAILS_DECIDED');
  return row;
}

function reviewed(ctx: Context, where: SQL | undefined) {
  return ctx.db
    .select(columns)
    .from(payoutDetails)
    .innerJoin(users, eq(users.id, payoutDetails.userId))
    .leftJoin(creatorApplications, eq(creatorApplications.userId, payoutDetails.userId))
    .where(where);
}

async function present(ctx: Context, { details, creator, application, decider, me }: Reviewed): Promise<InReview> {
  return {
    ...presentDetails(details),
    creator: presentCard(creator),
    financial: await openMasked(ctx, application?.id ?? null, details),
    accountLast4: details.accountLast4,
    currentLast4: application?.accountLast4 ?? null,
    decidedBy: cardAmong(details.decidedBy, decider, me),
  };
}

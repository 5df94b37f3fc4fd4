/**
 * A creator asks for other bank details. They take effect once staff accept them, and are not used for a week after
 * that. The creator is mailed at once, whatever their settings: somebody else may be asking in their name.
 */
import type { z } from '@hono/zod-openapi';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { ownUsername } from '@/domains/base/users/stage';
import { users } from '@/domains/base/users/tables';
import { bankDetailsMail, sendMail } from '@/domains/people/auth/mails';
import {
  keyId,
  maskFinancial,
  openFinancial,
  resealFinancial,
  sealFinancial,
} from '@/domains/people/creators/financial';
import type { FinancialRequest } from '@/domains/people/creators/schemas';
import { creatorApplications } from '@/domains/people/creators/tables';
import { newId } from '@/shared/ids';
import { toIso, toIsoOrNull } from '@/shared/time';
import { payoutError } from './errors';
import type { PayoutDetails } from './schemas';
import { type PayoutDetailsRow, payoutDetails } from './tables';

const PAGE_SIZE = 50;

/** Throws BANK_DETAILS_MISSING, PAYOUT_DETAILS_OPEN. */
export async function requestDetails(
  ctx: Context,
  userId: string,
  financial: z.output<typeof FinancialRequest>,
): Promise<z.input<typeof PayoutDetails>> {
  const known = await ctx.db
    .select({ applicationId: creatorApplications.id, email: users.email, username: ownUsername })
    .from(creatorApplications)
    .innerJoin(users, eq(users.id, creatorApplications.userId))
    .where(and(eq(creatorApplications.userId, userId), eq(creatorApplications.status, 'APPROVED')))
    .get();
  if (!known) throw payoutError('BANK_DETAILS_MISSING');
  const row: PayoutDetailsRow = {
    ...(await sealFinancial(ctx, known.applicationId, financial)),
    id: newId(),
    userId,
    status: 'pending',
    reason: null,
    requestedAt: ctx.now(),
    decidedAt: null,
    decidedBy: null,
    usableAt: null,
  };
  await commit(ctx, [ctx.db.insert(payoutDetails).values(row)], {
    events: [staffEvent('payout-details', { id: row.id, subjectId: userId })],
    refusals: { 'payout_details.user_id': () => payoutError('PAYOUT_DETAILS_OPEN') },
  });
  sendMail(ctx, () => bankDetailsMail(ctx, { id: userId, ...known }, row.requestedAt, row.accountLast4));
  ctx.log.event('payout-details.requested', { payoutDetailsId: row.id });
  return { ...presentDetails(row), financial: maskFinancial(financial, row.accountLast4) };
}

export function presentDetails(row: PayoutDetailsRow) {
  return {
    id: row.id,
    status: row.status,
    ...(row.reason === null ? {} : { reason: row.reason }),
    requestedAt: toIso(row.requestedAt),
    decidedAt: toIsoOrNull(row.decidedAt),
    usableAt: toIsoOrNull(row.usableAt),
  };
}

/** Null once it is decided: the account is then in the application, or nowhere. */
export async function openMasked(ctx: Context, applicationId: string | null, row: PayoutDetailsRow) {
  const { financial, accountLast4 } = row;
  if (financial === null || applicationId === null) return null;
  return maskFinancial(await openFinancial(ctx, { id: applicationId, financial }), accountLast4);
}

/** Encrypts a page of requests again, from an old key to the current one. @returns whether there is more to do */
export async function reencryptDetails(ctx: Context): Promise<boolean> {
  const old = ctx.config.keys.encryption.slice(1).map(({ kid }) => kid);
  if (old.length === 0) return false;
  const rows = await ctx.db
    .select({
      id: payoutDetails.id,
      applicationId: creatorApplications.id,
      financial: payoutDetails.financial,
    })
    .from(payoutDetails)
    .innerJoin(creatorApplications, eq(creatorApplications.userId, payoutDetails.userId))
    // As in the index `payout_details_by_encryption_key`.
    .where(and(sql`payout_details.status = 'pending'`, inArray(keyId(payoutDetails.financial), old)))
    .limit(PAGE_SIZE);
  for (const { id, applicationId, financial } of rows) {
    if (financial === null) continue;
    const again = await resealFinancial(ctx, { id: applicationId, financial });
    const unchanged = and(eq(payoutDetails.id, id), eq(payoutDetails.financial, financial));
    await ctx.db.update(payoutDetails).set({ financial: again }).where(unchanged);
  }
  return rows.length === PAGE_SIZE;
}

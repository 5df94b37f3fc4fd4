/** The receipt of a cash-out, for its creator: what was due, the platform's fee, and what was sent. */
import type { z } from '@hono/zod-openapi';
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { economyVersions } from '@/domains/base/economy/tables';
import { users } from '@/domains/base/users/tables';
import { exchanges } from '@/domains/money/earnings/tables';
import { payoutError } from '@/domains/money/payouts/errors';
import { ownColumns } from '@/domains/money/payouts/present';
import { payouts } from '@/domains/money/payouts/tables';
import { toIso, toIsoOrNull } from '@/shared/time';
import { receiptError } from './errors';
import { partyColumns, presentParty, presentPlatform } from './parties';
import { receiptNumber } from './receipt-number';
import type { PayoutReceipt } from './schemas';
import { receipts } from './tables';

/** Throws PAYOUT_NOT_FOUND, PAYOUT_NOT_PAID. */
export async function readPayoutReceipt(
  ctx: Context,
  userId: string,
  id: string,
): Promise<z.output<typeof PayoutReceipt>> {
  const row = await ctx.db
    .select({ ...ownColumns, receipt: receipts, payee: partyColumns, economy: economyVersions.config })
    .from(payouts)
    .leftJoin(exchanges, eq(exchanges.id, payouts.setOffExchangeId))
    .innerJoin(users, eq(users.id, payouts.userId))
    .innerJoin(economyVersions, eq(economyVersions.version, payouts.economyVersion))
    .leftJoin(receipts, and(eq(receipts.kind, 'payout'), eq(receipts.refId, payouts.id)))
    .where(and(eq(payouts.id, id), eq(payouts.userId, userId)))
    .get();
  if (!row) throw payoutError('PAYOUT_NOT_FOUND');
  const { payout, setOff, receipt, payee, economy } = row;
  if (!receipt) throw receiptError('PAYOUT_NOT_PAID', { details: { status: payout.status } });
  const { source, diamonds, amountMinor, feeMinor, currency, method, reference, status, economyVersion } = payout;
  return {
    number: receiptNumber(receipt),
    issuedAt: toIso(receipt.issuedAt),
    payer: presentPlatform(ctx.config),
    payee: presentParty(payee),
    payoutId: id,
    ...{ source, diamonds },
    rate: diamonds === null ? null : { economyVersion, ...economy.conversions.minorPerDiamond },
    dueMinor: amountMinor + feeMinor,
    ...{ feeMinor, amountMinor, currency },
    taxNote: ctx.config.seller.taxNote ?? null,
    ...{ method, reference, status, setOff },
    requestedAt: toIso(payout.requestedAt),
    paidAt: toIso(receipt.issuedAt),
    returnedAt: toIsoOrNull(payout.returnedAt),
  };
}

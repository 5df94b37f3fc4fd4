/** The receipt of a purchase, for its buyer: what was paid, and what refunds and disputes have taken back since. */
import type { z } from '@hono/zod-openapi';
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { purchaseError } from '@/domains/money/purchases/errors';
import { purchases } from '@/domains/money/purchases/tables';
import { toIso } from '@/shared/time';
import { receiptError } from './errors';
import { partyColumns, presentParty, presentPlatform } from './parties';
import { receiptNumber } from './receipt-number';
import { listReversals, presentReversal } from './reversals';
import type { PurchaseReceipt } from './schemas';
import { receipts } from './tables';

/** Throws PURCHASE_NOT_FOUND, PURCHASE_NOT_PAID. */
export async function readPurchaseReceipt(
  ctx: Context,
  userId: string,
  id: string,
): Promise<z.output<typeof PurchaseReceipt>> {
  const [row, claims] = await Promise.all([
    ctx.db
      .select({ purchase: purchases, receipt: receipts, buyer: partyColumns })
      .from(purchases)
      .innerJoin(users, eq(users.id, purchases.userId))
      .leftJoin(receipts, and(eq(receipts.kind, 'purchase'), eq(receipts.refId, purchases.id)))
      .where(and(eq(purchases.id, id), eq(purchases.userId, userId)))
      .get(),
    listReversals(ctx, id),
  ]);
  if (!row) throw purchaseError('PURCHASE_NOT_FOUND');
  const { purchase, receipt, buyer } = row;
  if (!receipt) throw receiptError('PURCHASE_NOT_PAID', { details: { status: purchase.status } });
  const { coins, bonusCoins, discountCode, amountMinor, currency, provider, paymentId, status } = purchase;
  const { reversedMinor, reversedCoins } = purchase;
  return {
    number: receiptNumber(receipt),
    issuedAt: toIso(receipt.issuedAt),
    seller: presentPlatform(ctx.config),
    buyer: presentParty(buyer),
    purchaseId: id,
    item: purchase.packageName,
    ...{ coins, bonusCoins, discountCode },
    quantity: 1,
    unitPriceMinor: amountMinor,
    totalMinor: amountMinor,
    currency,
    taxNote: ctx.config.seller.taxNote ?? null,
    ...{ provider, paymentId, status },
    reversals: claims.map(presentReversal),
    ...{ reversedMinor, reversedCoins },
  };
}

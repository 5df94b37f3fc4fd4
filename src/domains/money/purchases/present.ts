import type { z } from '@hono/zod-openapi';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { Purchase } from './schemas';
import type { PurchaseRow } from './tables';

export function presentPurchase(row: PurchaseRow): z.input<typeof Purchase> {
  const { id, packageId, packageName, coins, bonusCoins, amountMinor, currency, status, provider } = row;
  const { discountCode, codeBonusCoins, reversedCoins, reversedMinor, createdAt, expiresAt, paidAt, processingAt } =
    row;
  return {
    id,
    packageId,
    packageName,
    coins,
    bonusCoins,
    amountMinor,
    currency,
    status,
    provider,
    ...(discountCode === null ? {} : { discountCode }),
    codeBonusCoins,
    reversedCoins,
    reversedMinor,
    createdAt: toIso(createdAt),
    expiresAt: toIso(expiresAt),
    paidAt: toIsoOrNull(paidAt),
    processingAt: toIsoOrNull(processingAt),
  };
}

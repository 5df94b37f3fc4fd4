/**
 * Judges whether a code is valid for a package, and what it adds: one rule for checking and buying. Takes no Context.
 */

import { bonusOf } from '@/domains/base/economy/loops';
import type { DiscountReason } from './errors';
import type { DiscountRow } from './tables';

/** The columns of a code's row that decide. */
export type DiscountFacts = Pick<
  DiscountRow,
  | 'ownerId'
  | 'bonusPercent'
  | 'bonusCoins'
  | 'startsAt'
  | 'endsAt'
  | 'packageCoinsMin'
  | 'packageIds'
  | 'usesMax'
  | 'usesPerUserMax'
  | 'uses'
  | 'active'
  | 'suspended'
>;

export interface DiscountUse {
  readonly userId: string;
  /** How often this user has used codes of the promotion, reserved or redeemed. */
  readonly usesByUser: number;
  /** Whether this user has an open purchase with the code. */
  readonly isReserved: boolean;
  readonly packageId: string;
  /** The package's coins without its own bonus. */
  readonly packageCoins: number;
  /** Milliseconds. */
  readonly now: number;
}

type DiscountVerdict = { readonly bonusCoins: number } | { readonly reason: DiscountReason };

/** @param code undefined if no code has this name */
export function judgeDiscount(code: DiscountFacts | undefined, use: DiscountUse): DiscountVerdict {
  if (!code) return { reason: 'DISCOUNT_NOT_FOUND' };
  if (code.ownerId !== null && code.ownerId !== use.userId) return { reason: 'DISCOUNT_NOT_YOURS' };
  if (!code.active || code.suspended || (code.endsAt !== null && use.now >= code.endsAt))
    return { reason: 'DISCOUNT_EXPIRED' };
  if (code.startsAt !== null && use.now < code.startsAt) return { reason: 'DISCOUNT_NOT_YET' };
  if (code.packageIds !== null && !code.packageIds.includes(use.packageId))
    return { reason: 'DISCOUNT_NOT_FOR_PACKAGE' };
  const bonusCoins = bonusOf(code, use.packageCoins);
  // A code that would add nothing is not used up.
  if (use.packageCoins < code.packageCoinsMin || bonusCoins === 0) return { reason: 'DISCOUNT_PACKAGE_TOO_SMALL' };
  if (code.usesPerUserMax !== null && use.usesByUser >= code.usesPerUserMax) return { reason: 'DISCOUNT_USED_BY_YOU' };
  if (use.isReserved) return { reason: 'DISCOUNT_RESERVED_BY_YOU' };
  if (code.usesMax !== null && code.uses >= code.usesMax) return { reason: 'DISCOUNT_USED_UP' };
  return { bonusCoins };
}

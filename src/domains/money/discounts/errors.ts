import { errorList } from '@/http/errors';

/** Why a code is good for nothing here and now; `validate` answers it as the reason. */
export const DISCOUNT_REASONS = [
  'DISCOUNT_NOT_FOUND',
  'DISCOUNT_NOT_YOURS',
  'DISCOUNT_NOT_YET',
  'DISCOUNT_EXPIRED',
  'DISCOUNT_NOT_FOR_PACKAGE',
  'DISCOUNT_PACKAGE_TOO_SMALL',
  'DISCOUNT_USED_BY_YOU',
  'DISCOUNT_USED_UP',
] as const;
export type DiscountReason = (typeof DISCOUNT_REASONS)[number];

export const discountError = errorList({
  DISCOUNT_CODE_NOT_FOUND: [404, 'There is no such discount code.'],
  DISCOUNT_NOT_YET: [409, 'This code is not valid yet.'],
  DISCOUNT_EXPIRED: [409, 'This code is not valid any more.'],
  DISCOUNT_USED_BY_YOU: [409, 'You have used this code, or another of its promotion, as often as you may.'],
  DISCOUNT_USED_UP: [409, 'This code has been used as often as it may be.'],
  DISCOUNT_CHANGED: [409, 'This code was changed at the same time. Look at it again.'],
  DISCOUNT_CODE_EXISTS: [409, 'There is a discount code of this name already.'],
  DISCOUNT_USED_MORE_OFTEN: [409, 'The code has been used more often than that already.'],
  DISCOUNT_NOT_FOUND: [422, 'There is no such discount code.'],
  DISCOUNT_NOT_YOURS: [422, 'This code is for somebody else.'],
  DISCOUNT_NOT_FOR_PACKAGE: [422, 'This code is not for this package.'],
  DISCOUNT_PACKAGE_TOO_SMALL: [422, 'This code is for larger packages.'],
});

/** Of a package that a code is for, or that is bought. */
export const packageError = errorList({
  PACKAGE_NOT_FOUND: [404, 'There is no such package on offer.'],
});

import { errorList } from '@/http/errors';

/** Why a code is not valid here and now; `validate` returns it as the reason. */
export const DISCOUNT_REASONS = [
  'DISCOUNT_NOT_FOUND',
  'DISCOUNT_NOT_YOURS',
  'DISCOUNT_NOT_YET',
  'DISCOUNT_EXPIRED',
  'DISCOUNT_NOT_FOR_PACKAGE',
  'DISCOUNT_PACKAGE_TOO_SMALL',
  'DISCOUNT_USED_BY_YOU',
  'DISCOUNT_RESERVED_BY_YOU',
  'DISCOUNT_USED_UP',
] as const;
export type DiscountReason = (typeof DISCOUNT_REASONS)[number];

export const discountError = errorList({
  DISCOUNT_CODE_NOT_FOUND: [404, 'This discount code does not exist.'],
  DISCOUNT_NOT_YET: [409, 'This code is not valid yet. Try again once it starts.'],
  DISCOUNT_EXPIRED: [409, 'This code has expired. Try another one.'],
  DISCOUNT_USED_BY_YOU: [
    409,
    'You have already used this code, or another code of its promotion, as often as you can.',
  ],
  DISCOUNT_RESERVED_BY_YOU: [
    409,
    'You have an open purchase with this code. Finish that purchase, or wait until it expires.',
  ],
  DISCOUNT_USED_UP: [409, 'This code has been used up. Try another one.'],
  DISCOUNT_CHANGED: [409, 'This code or what it is for was just changed. Reload and try again.'],
  DISCOUNT_CODE_EXISTS: [409, 'A discount code with this name already exists. Choose another name.'],
  DISCOUNT_USED_MORE_OFTEN: [409, 'This code has already been used more often than that. Choose a higher limit.'],
  DISCOUNT_NOT_FOUND: [422, 'This discount code does not exist. Check its spelling.'],
  DISCOUNT_NOT_YOURS: [422, 'This code is for another user. Try another one.'],
  DISCOUNT_NOT_FOR_PACKAGE: [422, 'This code is not for this package. Choose another package or code.'],
  DISCOUNT_PACKAGE_TOO_SMALL: [422, 'This code is for larger packages. Choose a larger one.'],
});

/** Refusals of a coin package, whether a code is for it or somebody buys it. */
export const packageError = errorList({
  PACKAGE_CHANGED: [409, 'This package or the economy was just changed. Reload and try again.'],
  PACKAGE_PRICE_REFUSED: [422, 'The payment provider would refuse this price. The details say what it must be.'],
  PACKAGE_NOT_FOUND: [404, 'This package is not on offer. Choose another one.'],
});

import { errorList } from '@/http/errors';

export const payoutError = errorList({
  OWN_PAYOUT: [403, 'Nobody decides on their own cash-out.'],
  PAYOUT_OUT_OF_REACH: [403, 'You decide on nobody of an equal or higher rank, nor outside your country.'],
  PAYOUT_NOT_FOUND: [404, 'There is no such cash-out.'],
  NOT_ENOUGH_DIAMONDS: [409, 'You do not have so many matured diamonds. What was just earned matures first.'],
  NOT_ENOUGH_SALES: [409, 'You do not have so much sales money in this currency.'],
  PAYOUT_LIMIT_MINIMUM: [409, 'This is less than the smallest cash-out.'],
  PAYOUT_LIMIT_MAXIMUM: [409, 'This is more than the largest cash-out.'],
  PAYOUT_LIMIT_DAILY: [409, 'With this you would cash out more than is possible in one day (UTC).'],
  PAYOUT_TOO_SMALL: [422, 'The fee would take all of it: ask for more.'],
  PAYOUT_ACCOUNT_MISSING: [409, 'Connect a payout account first, by POST /payment/payout-account.'],
  PAYOUT_ACCOUNT_NOT_READY: [
    409,
    'The provider does not pay to your account yet: finish its onboarding, by POST /payment/payout-account.',
  ],
  BANK_DETAILS_MISSING: [409, 'Your creator application holds no bank details to pay to.'],
  PAYOUT_CHANGED: [409, 'Your balance or your cash-outs changed at the same time. Try again.'],
  PAYOUT_DECIDED: [409, 'This cash-out has been decided already.'],
  PAYOUT_NOT_APPROVED: [409, 'This cash-out is not approved yet.'],
  PAYOUT_WITH_PROVIDER: [409, 'The provider is sending this cash-out, and says itself when it is paid.'],
  PAYOUTS_BY_BANK_ONLY: [503, 'No provider of payouts is set up here: cash out by bank transfer.'],
});

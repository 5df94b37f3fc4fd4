import { errorList } from '@/http/errors';

export const payoutError = errorList({
  OWN_PAYOUT: [403, 'You cannot decide on your own cash-out. Ask other staff to do it.'],
  PAYOUT_OUT_OF_REACH: [403, 'You can only decide on users below your rank and in your country.'],
  PAYOUT_NOT_FOUND: [404, 'This cash-out does not exist.'],
  NOT_ENOUGH_DIAMONDS: [409, 'You do not have that many matured diamonds. Recent earnings have to mature first.'],
  NOT_ENOUGH_SALES: [409, 'You do not have that much money from sales in this currency. Choose a smaller amount.'],
  PAYOUT_LIMIT_MINIMUM: [409, 'This is less than the smallest cash-out. Choose a larger amount.'],
  PAYOUT_LIMIT_MAXIMUM: [409, 'This is more than the largest cash-out. Choose a smaller amount.'],
  PAYOUT_LIMIT_DAILY: [409, 'This is more than you can cash out in one day (UTC). Try again tomorrow.'],
  PAYOUT_CURRENCY_NOT_SET: [
    409,
    'This platform has no limits for cash-outs in this currency yet. Ask support to have them set.',
  ],
  PAYOUT_NOT_SENDABLE: [
    409,
    'The payout provider cannot send exactly this amount in this currency. Choose another amount, or a bank transfer.',
  ],
  PAYOUT_TOO_SMALL: [422, 'The fee would use up the whole amount. Choose a larger one.'],
  PAYOUT_ACCOUNT_MISSING: [409, 'You have no payout account yet. Connect one with POST /payment/payout-account.'],
  PAYOUT_ACCOUNT_NOT_READY: [
    409,
    'Your payout account cannot receive money yet. Finish its onboarding with POST /payment/payout-account.',
  ],
  BANK_DETAILS_MISSING: [409, 'Your creator application has no bank details to pay to. Choose another method.'],
  PAYOUT_CHANGED: [409, 'Your balance or your cash-outs just changed. Reload and try again.'],
  PAYOUT_DECIDED: [409, 'This cash-out has already been decided. Reload to see its status.'],
  PAYOUT_NOT_APPROVED: [409, 'This cash-out is not approved yet. Approve it first.'],
  PAYOUT_WITH_PROVIDER: [409, 'The provider is sending this cash-out and reports itself when it is paid.'],
  PAYOUTS_BY_BANK_ONLY: [503, 'This platform has no payout provider. Cash out by bank transfer.'],
});

import { errorList } from '@/http/errors';

export const payoutError = errorList({
  OWN_PAYOUT: [403, 'You cannot decide on your own cash-out. Ask other staff to do it.'],
  PAYOUT_OUT_OF_REACH: [403, 'You can only decide on users below your rank and in your country.'],
  PAYOUT_NOT_FOUND: [404, 'This cash-out does not exist.'],
  NOT_ENOUGH_DIAMONDS: [409, 'You do not have that many matured diamonds. Recent earnings have to mature first.'],
  NOT_ENOUGH_SALES: [
    409,
    'You do not have that much money from sales that have matured in this currency. Choose a smaller amount.',
  ],
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
  DEBT_OPEN: [
    409,
    'You owe more than your matured diamonds pay back, or money from sales. Cash out again once it is made good.',
  ],
  CREATOR_NOT_PAYABLE: [
    409,
    'This creator is suspended, banned, leaving or no longer a creator. Wait until a suspension ends, or reject the cash-out.',
  ],
  BANK_DETAILS_RESTING: [409, 'New bank details are not used for seven days. Wait until then.'],
  PAYOUT_NOT_PAID: [409, 'Only a cash-out that was paid can come back. Reload to see its status.'],
  PAYOUT_COUNTRY_MISSING: [422, 'Send the `country` of your bank account. It cannot be changed afterwards.'],
  PAYOUT_ACCOUNT_WORKS: [409, 'Your payout account can receive money, so it is not replaced.'],
  PAYOUT_ACCOUNTS_LIMIT: [409, 'You have replaced your payout account too often. Ask support.'],
  OWN_PAYOUT_DETAILS: [403, 'You cannot decide on your own bank details. Ask other staff to do it.'],
  PAYOUT_DETAILS_NOT_FOUND: [404, 'This request for other bank details does not exist.'],
  PAYOUT_DETAILS_OPEN: [409, 'You have already asked for other bank details. Wait until staff have decided.'],
  PAYOUT_DETAILS_DECIDED: [409, 'This request has already been decided. Reload to see its status.'],
  PAYOUT_DECIDED: [409, 'This cash-out has already been decided. Reload to see its status.'],
  PAYOUT_NOT_APPROVED: [409, 'This cash-out is not approved yet. Approve it first.'],
  PAYOUT_WITH_PROVIDER: [409, 'The provider is sending this cash-out and reports itself when it is paid.'],
  PAYOUTS_BY_BANK_ONLY: [503, 'This platform has no payout provider. Cash out by bank transfer.'],
});

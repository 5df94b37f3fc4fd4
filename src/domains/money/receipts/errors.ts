import { errorList } from '@/http/errors';

export const receiptError = errorList({
  PURCHASE_NOT_PAID: [409, 'This purchase has not been paid, so it has no receipt. Try again once it is paid.'],
  PAYOUT_NOT_PAID: [409, 'This cash-out has not been paid, so it has no receipt. Try again once it is paid.'],
});

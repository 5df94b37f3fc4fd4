import { errorList } from '@/http/errors';

export const purchaseError = errorList({
  PACKAGE_CHANGED: [409, 'Someone else just changed this package. Reload and try again.'],
  PAYMENT_NOT_KNOWN_YET: [409, 'This payment has not been matched with a purchase yet. Try again later.'],
  CHECKOUT_OVER: [409, 'This checkout has expired. Start another purchase with a new Idempotency-Key.'],
});

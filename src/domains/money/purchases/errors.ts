import { errorList } from '@/http/errors';

export const purchaseError = errorList({
  PACKAGE_CHANGED: [409, 'This package was changed at the same time. Look at it again.'],
  PAYMENT_NOT_KNOWN_YET: [409, 'No purchase was paid by this payment yet.'],
  CHECKOUT_OVER: [409, 'This purchase was begun too long ago. Begin another, with another Idempotency-Key.'],
});

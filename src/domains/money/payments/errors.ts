import { errorList } from '@/http/errors';

export const paymentError = errorList({
  PAYMENT_NOT_KNOWN_YET: [409, 'Nothing was paid by this payment yet.'],
  CHECKOUT_OVER: [409, 'This checkout was begun too long ago. Begin another, with another Idempotency-Key.'],
});

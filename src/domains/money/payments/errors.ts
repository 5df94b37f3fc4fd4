import { errorList } from '@/http/errors';

export const paymentError = errorList({
  OWN_PAYMENT: [403, 'You cannot decide on your own payment. Ask other staff to do it.'],
  DECISION_IMPOSSIBLE: [409, 'This event cannot be applied. Close it, or handle it at the provider.'],
  DECISION_OVERTAKEN: [409, 'This event or its payment has just changed. Reload and try again.'],
  PAYMENT_NOT_KNOWN_YET: [409, 'This payment has not been matched with a purchase yet. Try again later.'],
  CHECKOUTS_OPEN: [
    409,
    'You already have as many checkouts open as you can. Pay one of them, or wait until one expires.',
  ],
  CHECKOUT_OVER: [409, 'This checkout has expired. Start another purchase with a new Idempotency-Key.'],
});

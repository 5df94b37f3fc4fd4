import { errorList } from '@/http/errors';

export const paymentProviderError = errorList({
  PAYMENT_UNAVAILABLE: [503, 'The payment provider cannot be reached right now. Nothing was charged: try again.'],
  PAYOUT_ACCOUNT_REFUSED: [
    409,
    'The provider of payouts does not take this account: your country may not be served, or its access was withdrawn.',
  ],
  PAYOUT_UNAVAILABLE: [503, 'The provider of payouts cannot be reached right now. Try again in a minute.'],
});

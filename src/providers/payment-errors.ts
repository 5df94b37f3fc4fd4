import { errorList } from '@/http/errors';

export const paymentProviderError = errorList({
  PAYMENT_UNAVAILABLE: [503, 'The payment provider is not answering. Nothing was charged; try again in a moment.'],
  PAYMENT_REFUSED: [
    409,
    'The payment provider does not accept this payment. Nothing was charged; choose another package or ask support.',
  ],
  PAYOUT_ACCOUNT_REFUSED: [
    409,
    'The payout provider does not accept this account. It may not serve your country; ask its support.',
  ],
  PAYOUT_UNAVAILABLE: [503, 'The payout provider is not answering. Try again in a minute.'],
});

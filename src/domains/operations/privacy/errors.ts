import { errorList } from '@/http/errors';

export const privacyError = errorList({
  ACCOUNT_HAS_OPEN_MATTERS: [
    409,
    'The account cannot be deleted while something of it is open: a payout, a payment, a dispute, a stream that is live.',
  ],
  EXPORT_CONFLICT: [409, 'Something else is at work on this export, or it was called off.'],
});

import { errorList } from '@/http/errors';

export const privacyError = errorList({
  ACCOUNT_HAS_OPEN_MATTERS: [
    409,
    'Your account still has an open payout, payment, dispute or live stream. You can delete it once that is over.',
  ],
  EXPORT_CONFLICT: [409, 'Something else is working on this export, or it was cancelled.'],
});

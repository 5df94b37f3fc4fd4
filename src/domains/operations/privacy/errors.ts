import { errorList } from '@/http/errors';

export const privacyError = errorList({
  ACCOUNT_HAS_OPEN_MATTERS: [
    409,
    'Your account still has an open payout, payment, dispute or live stream. You can delete it once that is over.',
  ],
  CONFIRM_LOSS: [
    409,
    'With the account you lose what it still has. Check the figures in the details and send them back as "losing" to go ahead.',
  ],
  EXPORT_CONFLICT: [409, 'Something else is working on this export, or it was cancelled.'],
});

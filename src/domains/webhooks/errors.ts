import { errorList } from '@/http/errors';

export const webhookError = errorList({
  WEBHOOK_SIGNATURE_INVALID: [401, 'The signature is missing, forged, expired, or of another body.'],
});

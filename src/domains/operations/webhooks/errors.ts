import { errorList } from '@/http/errors';

export const webhookError = errorList({
  WEBHOOK_SIGNATURE_INVALID: [401, 'The signature is missing, forged, expired, or of another body.'],
  WEBHOOK_EVENT_NOT_FOUND: [404, 'There is no such webhook event.'],
  WEBHOOK_PAYLOAD_GONE: [409, 'What it said is forgotten after 30 days: it can no longer be applied.'],
});

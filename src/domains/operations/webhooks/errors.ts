import { errorList } from '@/http/errors';

export const webhookError = errorList({
  WEBHOOK_SIGNATURE_INVALID: [401, 'The signature is missing, has expired, or does not match the body.'],
  WEBHOOK_EVENT_NOT_FOUND: [404, 'This webhook event does not exist.'],
  WEBHOOK_PAYLOAD_GONE: [409, 'The content of this event was deleted after 30 days, so it can no longer be applied.'],
});

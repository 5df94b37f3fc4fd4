import { errorList } from '@/http/errors';

export const webhookError = errorList({
  WEBHOOK_SIGNATURE_INVALID: [401, 'The signature is missing, has expired, or does not match the body.'],
  WEBHOOK_EVENT_NOT_FOUND: [404, 'This webhook event does not exist.'],
  WEBHOOK_EVENT_DECIDED: [409, 'Staff have already decided on this event. Reload to see the decision.'],
  WEBHOOK_EVENT_NOT_WAITING: [409, 'This event does not wait for a decision: it was applied, or is about to be.'],
  WEBHOOK_EVENT_UNREADABLE: [
    409,
    'This event cannot be read, so it cannot be applied. Close it, or replay it after an update.',
  ],
  WEBHOOK_EVENT_NOT_OF_PAYMENT: [409, 'This event is not about a payment. Replay it, or close it.'],
  REFUND_AT_PROVIDER: [
    409,
    "Payments cannot be refunded here. Refund it in the provider's dashboard, then close this event.",
  ],
  WEBHOOK_PAYLOAD_GONE: [409, 'The content of this event was deleted after 30 days, so it can no longer be applied.'],
});

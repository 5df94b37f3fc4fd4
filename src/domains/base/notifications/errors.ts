import { errorList } from '@/http/errors';

export const notificationError = errorList({
  NOTIFICATION_NOT_FOUND: [404, 'There is no such notification for you.'],
  PUSH_KEYS_INVALID: [422, 'These are not the keys of a push subscription.'],
  PUSH_HOST_UNKNOWN: [422, 'The endpoint is not one of a push service that browsers use.'],
  PUSH_UNAVAILABLE: [503, 'This platform sends no Web Push: it has no keys for it.'],
});

import { errorList } from '@/http/errors';

export const notificationError = errorList({
  NOTIFICATION_NOT_FOUND: [404, 'You have no notification with this id.'],
  PUSH_KEYS_INVALID: [422, 'These are not the keys of a push subscription. Send what the browser gave you.'],
  PUSH_HOST_UNKNOWN: [422, 'This endpoint does not belong to a known push service. Send what the browser gave you.'],
  PUSH_UNAVAILABLE: [503, 'Web Push is not set up on this platform.'],
});

import { errorList } from '@/http/errors';

export const platformError = errorList({
  APP_VERSION_CHANGED: [409, 'Someone else just changed this version. Reload and try again.'],
  CACHE_CLEARED_OFTEN: [429, 'You can clear the cache three times a day. Try again later.'],
  FEEDBACK_LIMIT_REACHED: [429, 'You have sent a lot of feedback today, thank you. Send more tomorrow.'],
});

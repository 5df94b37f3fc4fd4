import { errorList } from '@/http/errors';

export const platformError = errorList({
  APP_VERSION_CHANGED: [409, 'Someone else just changed this version. Reload and try again.'],
  FEEDBACK_LIMIT_REACHED: [429, 'You have sent a lot of feedback today, thank you. Send more tomorrow.'],
});

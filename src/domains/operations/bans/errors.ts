import { errorList } from '@/http/errors';

export const banError = errorList({
  STATUS_CHANGED: [409, 'Someone else just changed the status of this account. Reload and try again.'],
});

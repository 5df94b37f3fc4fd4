import { errorList } from '@/http/errors';

export const usernameError = errorList({
  USERNAME_CHANGED_LATELY: [429, 'You can change your username twice in 14 days. Try again later.'],
});

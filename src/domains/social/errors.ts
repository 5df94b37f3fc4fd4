import { errorList } from '@/http/errors';

export const socialError = errorList({
  USER_NOT_FOUND: [404, 'There is no such user.'],
  NOT_A_CREATOR: [409, 'Only creators can be followed.'],
  NOT_ONESELF: [422, 'This cannot be done to oneself.'],
});

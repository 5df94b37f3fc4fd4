import { errorList } from '@/http/errors';

export const socialError = errorList({
  USER_NOT_FOUND: [404, 'There is no such user.'],
  NOT_A_CREATOR: [409, 'Only creators can be followed.'],
  FOLLOWS_HIDDEN: [403, 'This user does not show whom they follow.'],
  NOT_ONESELF: [422, 'This cannot be done to oneself.'],
});

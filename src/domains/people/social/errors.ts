import { errorList } from '@/http/errors';

export const socialError = errorList({
  USER_NOT_FOUND: [404, 'This user does not exist, or you cannot see them.'],
  NOT_A_CREATOR: [409, 'You can only follow creators.'],
  FOLLOWS_HIDDEN: [403, 'This user does not show who they follow.'],
  NOT_ONESELF: [422, 'You cannot do this to yourself.'],
});

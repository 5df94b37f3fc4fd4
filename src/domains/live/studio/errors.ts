import { errorList } from '@/http/errors';

export const studioError = errorList({
  INGRESS_EXISTS: [409, 'Your channel already has a stream key, or one is being created. Delete it to get a new one.'],
  USER_NOT_FOUND: [404, 'This user does not exist.'],
  MODERATOR_NOT_POSSIBLE: [409, 'You are the creator of this channel, so you do not need to be its moderator.'],
  TOO_MANY_MODERATORS: [409, 'A channel can have up to 100 moderators. Remove one first.'],
});

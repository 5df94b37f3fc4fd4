import { errorList } from '@/http/errors';

export const studioError = errorList({
  INGRESS_EXISTS: [409, 'The channel has a stream key already, or one is being made. Delete it to get a new one.'],
  USER_NOT_FOUND: [404, 'There is no such user.'],
  MODERATOR_NOT_POSSIBLE: [409, 'You are the creator of this channel, so you need not be its moderator.'],
  TOO_MANY_MODERATORS: [409, 'A channel has at most 100 moderators.'],
});

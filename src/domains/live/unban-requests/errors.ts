import { errorList } from '@/http/errors';

export const unbanError = errorList({
  NOT_BANNED: [409, 'You are not banned here. Join the stream again.'],
  UNBAN_REQUEST_EXISTS: [409, 'You have asked already. The moderators will answer you.'],
  UNBAN_REQUEST_TOO_EARLY: [409, 'Your last request was refused. You can ask again a week after that.'],
  UNBAN_REQUEST_NOT_FOUND: [404, 'This request does not exist.'],
  UNBAN_REQUEST_DECIDED: [409, 'This request was decided already.'],
});

import { errorList } from '@/http/errors';

export const mailError = errorList({
  MAIL_UNAVAILABLE: [503, 'The mail provider is not answering. Try again later.'],
});

import { errorList } from '@/http/errors';

export const pushServiceError = errorList({
  PUSH_SERVICE_AWAY: [503, 'The push service is not answering. Try again later.'],
});

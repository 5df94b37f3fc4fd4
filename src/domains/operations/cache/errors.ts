import { errorList } from '@/http/errors';

export const cacheError = errorList({
  CACHE_CLEARED_OFTEN: [429, 'You can clear the cache three times a day. Try again later.'],
});

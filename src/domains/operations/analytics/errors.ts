import { errorList } from '@/http/errors';

export const analyticsError = errorList({
  COUNTRY_OUT_OF_REACH: [403, 'You can only see the figures of your own country.'],
});

import { errorList } from '@/http/errors';

export const profileError = errorList({
  COUNTRY_SET_BY_STAFF: [
    403,
    'Staff have corrected your country, so only they can change it. Contact support if it is not right.',
  ],
});

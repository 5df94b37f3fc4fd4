import { errorList } from '@/http/errors';

export const staffError = errorList({
  STAFF_OUT_OF_REACH: [403, 'Nobody acts on an equal or higher rank, and a country admin only inside their country.'],
  RANK_TOO_HIGH: [403, 'Nobody gives an equal or higher rank than their own.'],
  PERMISSION_NOT_YOURS: [403, 'Nobody grants what they lack.'],
  STAFF_USER_NOT_FOUND: [404, 'There is no such user.'],
  COUNTRY_CHANGED: [409, 'The country was changed at the same time. Look again.'],
  STAFF_CHANGED: [409, 'Somebody else changed this rank at the same time. Look again.'],
});

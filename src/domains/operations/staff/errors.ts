import { errorList } from '@/http/errors';

export const staffError = errorList({
  STAFF_OUT_OF_REACH: [403, 'You can only manage users below your rank and in your country.'],
  RANK_TOO_HIGH: [403, 'You can only give ranks below your own.'],
  PERMISSION_NOT_YOURS: [403, 'You can only grant permissions that you have.'],
  STAFF_USER_NOT_FOUND: [404, 'This user does not exist.'],
  COUNTRY_CHANGED: [409, 'Someone else just changed this country. Reload and try again.'],
  STAFF_CHANGED: [409, 'Someone else just changed this rank. Reload and try again.'],
});

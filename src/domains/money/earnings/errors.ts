import { errorList } from '@/http/errors';

export const earningError = errorList({
  NOT_ENOUGH_DIAMONDS: [
    409,
    'You do not have that many matured diamonds. Choose a smaller amount, or wait until more have matured.',
  ],
  EXCHANGE_TOO_SMALL: [409, 'This is less than the smallest exchange. Choose a larger amount.'],
  EXCHANGE_WORTHLESS: [409, 'These diamonds are worth less than one coin. Choose a larger amount.'],
  TARGET_REWARDED: [409, 'This target has already been rewarded for this period.'],
});

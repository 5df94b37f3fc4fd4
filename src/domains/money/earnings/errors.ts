import { errorList } from '@/http/errors';

export const earningError = errorList({
  NOT_ENOUGH_DIAMONDS: [409, 'You do not have that many diamonds.'],
  EXCHANGE_TOO_SMALL: [409, 'This is less than the smallest exchange.'],
  EXCHANGE_WORTHLESS: [409, 'So few diamonds are not worth a coin.'],
  TARGET_REWARDED: [409, 'This target has been rewarded in this period already.'],
});

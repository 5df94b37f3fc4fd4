import { errorList } from '@/http/errors';

export const ledgerError = errorList({
  NOT_ENOUGH_COINS: [402, 'You do not have enough coins for this. Buy more and try again.'],
  PRICE_CHANGED: [409, 'The price has changed. Look at the new price and try again.'],
});

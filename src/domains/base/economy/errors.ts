import { errorList } from '@/http/errors';

export const economyError = errorList({
  ECONOMY_CHANGED: [409, 'The economy or the catalogue was just changed. Reload and try again.'],
  ECONOMY_GAINS: [
    409,
    'With these rates nobody would lose coins by turning them into diamonds and back. Lower a rate.',
  ],
  COINS_TOO_CHEAP: [
    409,
    'Coins would cost less than they can be cashed out for. Raise the price, or lower the bonus or the rates.',
  ],
  GIFTS_WORTHLESS: [
    409,
    'At this rate creators would earn nothing from a gift or tier on offer. Choose a higher rate.',
  ],
  CURRENCY_RATE_MISSING: [
    422,
    'A package is in a currency without a rate to the payout currency. Add the rate to `currencyRates` first.',
  ],
  ECONOMY_CONTRADICTS: [422, 'These settings contradict each other. The details name each contradiction.'],
});

import { errorList } from '@/http/errors';

export const economyError = errorList({
  ECONOMY_CHANGED: [409, 'The economy or the catalogue was just changed. Reload and try again.'],
  ECONOMY_GAINS: [
    409,
    'With these rates nobody would lose coins by turning them into diamonds and back. Lower a rate.',
  ],
  GIFTS_WORTHLESS: [
    409,
    'At this rate creators would earn nothing from a gift or tier on offer. Choose a higher rate.',
  ],
  ECONOMY_CONTRADICTS: [422, 'These settings contradict each other. The details name each contradiction.'],
});

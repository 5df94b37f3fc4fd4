import { errorList } from '@/http/errors';

export const economyError = errorList({
  ECONOMY_CHANGED: [409, 'The economy, or what is on offer, changed at the same time. Look again, then try again.'],
  ECONOMY_GAINS: [409, 'Coins that become diamonds and then coins again would be more than before.'],
  GIFTS_WORTHLESS: [409, 'At this rate creators would earn nothing of what is on offer.'],
  ECONOMY_CONTRADICTS: [422, 'These settings contradict each other.'],
});

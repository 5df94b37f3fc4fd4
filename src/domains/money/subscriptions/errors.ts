import { errorList } from '@/http/errors';

export const subscriptionError = errorList({
  TIER_NOT_FOUND: [404, 'This creator does not offer this tier. Choose another one.'],
  NOT_SUBSCRIBED: [404, 'You are not subscribed to this creator.'],
  ALREADY_SUBSCRIBED: [
    409,
    'You are already subscribed to this creator. You can take another tier once this one ends.',
  ],
  SUBSCRIPTION_CHANGED: [409, 'Something else just changed this. Reload and try again.'],
  TIER_WORTHLESS: [409, 'At the current rate the creator would earn nothing from this tier. It needs a higher price.'],
});

import { errorList } from '@/http/errors';

export const subscriptionError = errorList({
  TIER_NOT_FOUND: [404, 'This creator has no such tier on offer.'],
  NOT_SUBSCRIBED: [404, 'You are not subscribed to this creator.'],
  ALREADY_SUBSCRIBED: [
    409,
    'You are subscribed to this creator already. Another tier can be taken once this one ends.',
  ],
  SUBSCRIPTION_CHANGED: [409, 'Something else changed at the same time. Look again, then try again.'],
  TIER_WORTHLESS: [409, 'At the present rate the creator would earn nothing of it.'],
});

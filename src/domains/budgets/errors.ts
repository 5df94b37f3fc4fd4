import { errorList } from '@/http/errors';

export const budgetError = errorList({
  DAILY_BUDGET_SPENT: [429, 'You have used up what you can do of this in a day. Try again later.'],
});

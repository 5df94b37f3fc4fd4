import { errorList } from '@/http/errors';

export const budgetError = errorList({
  DAILY_BUDGET_SPENT: [429, 'You have reached your daily limit for this. Try again later.'],
});

import { errorList } from '@/http/errors';

export const dashboardError = errorList({
  STATISTICS_NOT_BY_COUNTRY: [
    403,
    'These statistics cover all countries. You can read those of your country at /admin/analytics.',
  ],
});

import { errorList } from '@/http/errors';

export const purchaseError = errorList({
  PACKAGE_CHANGED: [409, 'Someone else just changed this package. Reload and try again.'],
});

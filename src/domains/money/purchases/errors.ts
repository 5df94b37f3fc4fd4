import { errorList } from '@/http/errors';

export const purchaseError = errorList({
  PACKAGE_CHANGED: [409, 'This package was changed at the same time. Look at it again.'],
});

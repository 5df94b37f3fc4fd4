import { errorList } from '@/http/errors';

export const purchaseError = errorList({
  PURCHASE_NOT_FOUND: [404, 'This purchase does not exist.'],
});

import { errorList } from '@/http/errors';

export const giftError = errorList({
  GIFT_NOT_FOUND: [404, 'There is no such gift in the catalogue.'],
  GIFT_CHANGED: [409, 'The gift, or the economy, changed at the same time. Look again, then try again.'],
  GIFT_WORTHLESS: [409, 'At the present rate a creator would earn nothing of it.'],
  QUANTITY_OUT_OF_RANGE: [422, 'That is more at once than may be sent.'],
  TIP_OUT_OF_RANGE: [422, 'A tip of that size is not taken.'],
});

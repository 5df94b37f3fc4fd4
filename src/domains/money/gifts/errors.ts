import { errorList } from '@/http/errors';

export const giftError = errorList({
  GIFT_NOT_FOUND: [404, 'This gift is not in the catalogue. Choose another one.'],
  GIFT_CHANGED: [409, 'The gift or the economy was just changed. Reload and try again.'],
  GIFT_WORTHLESS: [409, 'At the current rate the creator would earn nothing from this. Choose a larger amount.'],
  QUANTITY_OUT_OF_RANGE: [422, 'You cannot send that many at once. Choose a smaller quantity.'],
  NOT_ON_STAGE: [409, 'This person is not on the stage of this room. Choose someone who is.'],
  TIP_OUT_OF_RANGE: [422, 'This tip is outside the limits. Choose another amount.'],
});

import { errorList } from '@/http/errors';

export const showcaseError = errorList({
  PRODUCT_NOT_IN_SESSION: [404, 'This product is not in this stream. Add it first.'],
  SESSION_PRODUCTS_MAX: [409, 'A stream can have up to 100 products. Take some out first.'],
  PRODUCT_ARCHIVED: [409, 'This product is archived. Publish it again before you add it to a stream.'],
  PRODUCT_NOT_ON_SALE: [409, 'This product is not on sale, so a stream cannot show it. Publish it first.'],
});

import { DOOR_REFUSALS } from '@/domains/live/rooms/errors';
import { errorList } from '@/http/errors';

const { NOT_IN_YOUR_COUNTRY } = DOOR_REFUSALS;

export const productError = errorList({
  NOT_IN_YOUR_COUNTRY,
  PRODUCT_NOT_FOUND: [404, 'This product does not exist, or you cannot see it.'],
  VARIANT_NOT_FOUND: [404, 'This product has no variant with this id.'],
  NOT_YOUR_PRODUCT: [403, 'Only the seller of this product can do this.'],
  PRODUCT_HIDDEN: [409, 'Staff have hidden this product, so you can only delete it for now.'],
  PRODUCT_CHANGED: [409, 'Someone else just changed this product. Reload and try again.'],
  PRODUCT_STOCK_CHANGED: [409, 'Fewer pieces are left than you want to take out. Reload and try again.'],
  PRODUCT_FILE_MISSING: [409, 'Add the file that its buyers download before you put this product on sale.'],
  TOO_MANY_PRODUCTS: [409, 'You have too many products. Delete some first.'],
  PRODUCT_NOT_IN_REVIEW: [409, 'This product does not wait for review.'],
  OWN_PRODUCT: [403, 'You cannot decide on your own product.'],
  SELLER_OUT_OF_REACH: [403, 'The seller of this product is out of your reach.'],
  OWN_PRODUCT_WAIT: [409, 'This is your own product, so you cannot wait for it.'],
  PRODUCT_NOT_WAITABLE: [409, 'You cannot wait for this product now: it is not on sale yet, or no longer.'],
  PRODUCT_IN_STOCK: [409, 'This is in stock, so you can buy it now.'],
  PER_BUYER_MAX: [409, 'You have bought as many pieces as one person can.'],
  TOO_MANY_WAITS: [409, 'You wait for too many products. Leave another waiting list first.'],
});

/** Errors of every endpoint that looks a product up. */
export const PRODUCT_NOT_SHOWN = [productError.PRODUCT_NOT_FOUND, productError.NOT_IN_YOUR_COUNTRY];

import { errorList } from '@/http/errors';

/** Refusals of checkouts and of orders that are not fulfilled yet. */
export const orderError = errorList({
  VARIANT_REQUIRED: [409, 'Choose one of the variants of this product.'],
  PRODUCT_NOT_ON_SALE: [409, 'This product is not on sale.'],
  NOT_ON_SALE_YET: [409, 'This product cannot be bought yet. The details say from when it can.'],
  OWN_PRODUCT_CHECKOUT: [409, 'You cannot buy your own product.'],
  SELLER_UNAVAILABLE: [409, 'The seller cannot sell at the moment.'],
  NOT_SHIPPED_THERE: [409, 'The seller does not ship to your country.'],
  SESSION_NOT_SELLING: [409, 'This stream is not live, or it does not sell this product.'],
  PRICE_CHANGED: [409, 'The price has changed. The details have the new one.'],
  OUT_OF_STOCK: [409, 'There are not enough pieces left. The details say how many there are.'],
  ORDER_TOO_LARGE: [409, 'This order is too large. Order fewer pieces.'],
  SHOP_UNAVAILABLE: [503, 'Goods that are shipped cannot be paid for at the moment. Try again later.'],
  ORDER_NOT_FOUND: [404, 'This order does not exist, or it is not yours.'],
  ORDER_BEING_PAID: [409, 'This order has just been paid, or its payment is on its way. Look at the order again.'],
  CHECKOUT_STAYS_OPEN: [409, 'This checkout cannot be ended early. It expires by itself.'],
  ORDER_NOT_CANCELLABLE: [409, 'This order can no longer be cancelled.'],
  SHIPPING_SHARED: [
    409,
    'This order pays the shipping of your other orders of the show. Cancel those first, or ask the seller for a refund.',
  ],
  NOTHING_TO_DOWNLOAD: [409, 'This order has no file that you can download.'],
});

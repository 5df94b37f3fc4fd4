import { errorList } from '@/http/errors';

/** Refusals about orders after their payment. */
export const soldError = errorList({
  OWN_ORDER: [403, 'You are the buyer or the seller of this order. Ask other staff to do it.'],
  ORDER_OUT_OF_REACH: [403, 'You can only decide about sellers below your rank and in your country.'],
  ORDER_NOT_PAID: [409, 'This order is not paid. Reload to see its status.'],
  ORDER_ENDED: [409, 'This order was cancelled or refunded. Reload to see its status.'],
  ORDER_DISPUTED: [409, "The buyer's bank disputes this payment. Wait until it has decided."],
  ORDER_CHANGED: [409, 'This order just changed. Reload and try again.'],
  NOT_SHIPPED: [409, 'This order is not shipped: the buyer downloads it.'],
  ALREADY_REFUNDED: [409, 'This was already refunded. The details say what is left.'],
  REFUND_TOO_LARGE: [409, 'This is more than what is left of the order. The details say how much that is.'],
  SALES_TOO_LOW: [
    409,
    'You do not have enough money from sales in this currency to pay for this refund. Ask support to make it.',
  ],
  PROBLEM_NOT_FOUND: [404, 'No problem was reported with this order.'],
  PROBLEM_EXISTS: [409, 'You have already reported a problem with this order.'],
  PROBLEM_TOO_LATE: [409, 'A problem can be reported for 30 days. Ask support instead.'],
  PROBLEM_RESOLVED: [409, 'This problem is already resolved.'],
});

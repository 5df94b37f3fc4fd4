import type { OrderRow } from './tables';

/** The columns of an order to which nothing has happened yet. */
export const UNTOUCHED = {
  ...{ taxMinor: 0, address: null, legs: 0, state: 'pending', proceedsMinor: 0, heldMinor: 0 },
  ...{ refundedMinor: 0, reversedTaxMinor: 0, reversedCommissionMinor: 0, refundingMinor: 0 },
  ...{ refundedQuantity: 0, refundedShippingMinor: 0, hasOpenProblem: false },
  ...{ fulfilledAt: null, carrier: null, tracking: null, remindedAt: null, confirmedAt: null },
  ...{ cancelledAt: null, cancelledBy: null, maturesAt: null, maturedAt: null },
} as const satisfies Partial<OrderRow>;

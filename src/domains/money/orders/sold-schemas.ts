/** What happens to an order after its payment, on the wire. */
import { z } from '@hono/zod-openapi';
import { MINOR_MAX } from '@/contracts/economy';
import { cursorQuery } from '@/http/envelope';
import { aLine, aText } from '@/http/fields';
import { Order, PROBLEM_KINDS } from './schemas';
import { ORDER_STATES } from './tables';

const CARRIER_CHARACTERS_MAX = 60;
const TRACKING_CHARACTERS_MAX = 120;
const TEXT_CHARACTERS_MAX = 2_000;
const REASON_CHARACTERS_MAX = 500;
const QUANTITY_MAX = 1_000;
const LINES_MAX = 1;

const text = aText(TEXT_CHARACTERS_MAX, 1);

export const ShipmentRequest = z
  .strictObject({
    carrier: aLine(CARRIER_CHARACTERS_MAX).optional(),
    tracking: aLine(TRACKING_CHARACTERS_MAX).optional(),
  })
  .openapi('ShipmentRequest', { description: 'A repeat changes only what is sent.' });

const parts = {
  lines: z
    .array(z.strictObject({ lineId: z.uuid(), quantity: z.int().min(1).max(QUANTITY_MAX) }))
    .max(LINES_MAX)
    .optional()
    .describe('Pieces that are refunded, with their tax. An order has one line.'),
  shipping: z.boolean().optional().describe('Whether the rest of the shipping is refunded too.'),
  amountMinor: z
    .int()
    .min(1)
    .max(MINOR_MAX)
    .optional()
    .describe('Instead of lines and shipping: any amount up to what is left, tax included.'),
};

/** Either an amount, or lines and shipping. */
function namesOneWay(input: {
  lines?: unknown[] | undefined;
  shipping?: boolean | undefined;
  amountMinor?: number | undefined;
}) {
  const hasParts = (input.lines?.length ?? 0) > 0 || input.shipping === true;
  return hasParts !== (input.amountMinor !== undefined);
}
const ONE_WAY = { path: ['amountMinor'], message: 'is needed without lines and shipping, and not allowed with them' };

/** The same in JSON Schema. */
const ONE_WAY_NAMED = {
  oneOf: [
    { required: ['amountMinor'], properties: { lines: { maxItems: 0 }, shipping: { enum: [false] } } },
    {
      not: { required: ['amountMinor'] },
      anyOf: [
        { required: ['lines'], properties: { lines: { minItems: 1 }, shipping: {} } },
        { required: ['shipping'], properties: { lines: {}, shipping: { enum: [true] } } },
      ],
    },
  ],
};

export const RefundOfOrder = z
  .strictObject({
    ...parts,
    restock: z.boolean().describe('Whether the refunded pieces can be bought again.'),
    reason: aText(REASON_CHARACTERS_MAX, 1).describe('The buyer reads it.'),
  })
  .refine(namesOneWay, ONE_WAY)
  .openapi('RefundOfOrder', ONE_WAY_NAMED);

export const ProblemReport = z.strictObject({ kind: z.enum(PROBLEM_KINDS), text }).openapi('ProblemReport');
export const ProblemAnswer = z.strictObject({ text }).openapi('ProblemAnswer');

export const ProblemDecision = z
  .strictObject({
    resolution: text.describe('Both sides read it.'),
    refund: z
      .strictObject({ ...parts, restock: z.boolean().default(false) })
      .refine(namesOneWay, ONE_WAY)
      .openapi(ONE_WAY_NAMED)
      .optional(),
  })
  .openapi('ProblemDecision', { example: { resolution: 'The seller sends the shirt again.' } });

export const SalesQuery = z.strictObject({
  ...cursorQuery,
  status: z.enum(ORDER_STATES).optional(),
  format: z
    .enum(['json', 'csv'])
    .optional()
    .describe('`csv`: all orders of the status with their addresses, or without a status those to ship.'),
});

export const DeskQuery = z.strictObject({
  ...cursorQuery,
  status: z.enum(ORDER_STATES).optional(),
  problem: z.enum(['open', 'answered']).optional().describe('Only orders with such a problem.'),
});

const aTime = z.iso.datetime();

const AskedRefund = z
  .object({
    id: z.uuid(),
    amountMinor: z.int(),
    quantity: z.int(),
    shippingMinor: z.int(),
    restock: z.boolean(),
    reason: z.string(),
    by: z.enum(['buyer', 'seller', 'staff', 'system']),
    state: z.enum(['requested', 'done', 'failed']),
    createdAt: aTime,
    doneAt: aTime.nullable(),
  })
  .openapi('OrderRefund');

export const OrderAtDesk = Order.extend({
  refunds: z.array(AskedRefund).describe('Refunds that were asked for, newest first.'),
}).openapi('OrderAtDesk');

/** Orders as their buyer, their seller and staff see them, and what a checkout takes and answers. */
import { z } from '@hono/zod-openapi';
import { MINOR_MAX } from '@/contracts/economy';
import { RecordedCard } from '@/domains/base/users/schemas';
import { cursorQuery } from '@/http/envelope';
import { aLink } from '@/http/fields';
import { ORDER_STATES } from './tables';

const QUANTITY_MAX = 1_000;
const URL_CHARACTERS_MAX = 2_000;

const aUrl = aLink(URL_CHARACTERS_MAX).min(1);
const minor = z.int().describe('In minor units of `currency`.');
const aTime = z.iso.datetime();

export const CheckoutOfProduct = z
  .strictObject({
    variantId: z.uuid().optional().describe('Needed if the product has more than one variant.'),
    quantity: z.int().min(1).max(QUANTITY_MAX),
    sessionId: z.uuid().optional().describe('The live stream where it is bought, whose live price counts.'),
    expectedPriceMinor: z.int().min(1).max(MINOR_MAX).describe('The price of one piece that the buyer saw.'),
    showName: z.boolean().default(false).describe('Whether the stream is told who bought.'),
    successUrl: aUrl.describe(
      'Where the buyer is sent after paying: an address of this platform, or of one of its apps.',
    ),
    cancelUrl: aUrl,
  })
  .openapi('CheckoutOfProduct');

export const OrderCheckout = z
  .object({
    orderId: z.uuid(),
    checkoutUrl: z.string().describe('Where the buyer pays.'),
    expiresAt: aTime.describe('The pieces are held until then.'),
  })
  .openapi('OrderCheckout');

const OrderLine = z
  .object({
    id: z.uuid(),
    productId: z.uuid(),
    variantId: z.uuid().optional(),
    title: z.string(),
    image: z.string().nullable(),
    options: z.record(z.string(), z.string()),
    unitPriceMinor: minor,
    quantity: z.int(),
    refundedQuantity: z.int(),
  })
  .openapi('OrderLine');

export const OrderAddress = z
  .object({
    name: z.string(),
    line1: z.string(),
    line2: z.string().nullable(),
    city: z.string().nullable(),
    state: z.string().nullable(),
    postalCode: z.string().nullable(),
    country: z.string().describe('ISO 3166-1 alpha-2.'),
    phone: z.string().nullable(),
  })
  .openapi('OrderAddress');

const Fulfilment = z
  .object({ carrier: z.string().nullable(), tracking: z.string().nullable(), at: aTime })
  .openapi('OrderFulfilment');

export const PROBLEM_KINDS = ['not_received', 'damaged', 'not_as_described', 'other'] as const;

export const OrderProblem = z
  .object({
    kind: z.enum(PROBLEM_KINDS),
    text: z.string(),
    status: z.enum(['open', 'answered', 'resolved']),
    answer: z.string().optional(),
    resolution: z.string().optional(),
    openedAt: aTime,
  })
  .openapi('OrderProblem');

export const Order = z
  .object({
    id: z.uuid(),
    number: z.string().describe('As people write it.'),
    status: z.enum(ORDER_STATES),
    buyer: RecordedCard,
    seller: RecordedCard,
    streamId: z.uuid().optional(),
    lines: z.array(OrderLine),
    itemsMinor: minor,
    shippingMinor: minor,
    taxMinor: minor.describe('Known once it is paid.'),
    totalMinor: minor,
    refundedMinor: minor.describe('What refunds and disputes gave back.'),
    commissionMinor: minor.optional().describe("The platform's part. For the seller and staff."),
    currency: z.string().describe('ISO 4217.'),
    checkoutUrl: z.string().optional().describe('Where its buyer can still pay.'),
    address: OrderAddress.optional().describe('For the buyer, and for the seller until 90 days after fulfilment.'),
    fulfilment: Fulfilment.optional(),
    problem: OrderProblem.optional(),
    downloadUrl: z.string().optional().describe('The endpoint where its buyer gets a link to the file.'),
    expiresAt: aTime.describe('Until then the pieces are held for an unpaid order.'),
    createdAt: aTime,
    paidAt: aTime.nullable(),
    maturesAt: aTime.nullable().describe('From then on, the seller can cash the money out.'),
  })
  .openapi('Order');

export const OrderList = z.strictObject({
  ...cursorQuery,
  status: z.enum(ORDER_STATES).optional(),
});

export const Download = z
  .object({ url: z.string().describe('Opens the file for whoever has it.'), expiresAt: aTime })
  .openapi('OrderDownload');

/** A cursor's position in a list of orders. */
export const CursorPosition = z.tuple([z.string()]);

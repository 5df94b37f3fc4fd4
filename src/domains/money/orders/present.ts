/** Presents an order to its buyer, its seller or staff, each with what only they may know. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { PostalAddress } from '@/contracts/payments';
import { mediaUrl } from '@/domains/base/media/keys';
import { type CardRow, presentCard } from '@/domains/base/users/present';
import { decrypt, encrypt } from '@/shared/crypto';
import { DAY_MS, toIso, toIsoOrNull } from '@/shared/time';
import type { Order, OrderProblem } from './schemas';
import type { OrderRow, ProblemRow } from './tables';

/** The seller sees the address this long after fulfilment. A sweep erases it then. */
export const ADDRESS_MS = 90 * DAY_MS;

export type OrderReader = 'buyer' | 'seller' | 'staff';

/** An order with what is read beside it. */
export interface ReadOrder {
  readonly order: OrderRow;
  /** Null: nothing of the account is kept. */
  readonly buyer: CardRow | null;
  readonly seller: CardRow | null;
  readonly problem: ProblemRow | null;
}

export async function presentOrder(
  ctx: Context,
  { order, buyer, seller, problem }: ReadOrder,
  reader: OrderReader,
): Promise<z.input<typeof Order>> {
  const { id, number, state, streamId, itemsMinor, shippingMinor, taxMinor, currency, fulfilledAt } = order;
  const address = seesAddress(order, reader, ctx.now()) ? await openAddress(ctx, order) : undefined;
  return {
    ...{ id, number, status: state },
    buyer: buyer && presentCard(buyer),
    seller: seller && presentCard(seller),
    ...(streamId === null ? {} : { streamId }),
    lines: [lineOf(ctx, order)],
    ...{ itemsMinor, shippingMinor, taxMinor, totalMinor: order.amountMinor, refundedMinor: order.reversedMinor },
    ...(reader === 'buyer' ? {} : { commissionMinor: order.commissionMinor }),
    currency,
    ...(reader === 'buyer' ? payableAt(order) : {}),
    ...(address ? { address } : {}),
    ...(fulfilledAt === null
      ? {}
      : { fulfilment: { carrier: order.carrier, tracking: order.tracking, at: toIso(fulfilledAt) } }),
    ...(problem ? { problem: presentProblem(problem) } : {}),
    ...(reader === 'buyer' && hasDownload(order)
      ? { downloadUrl: `${ctx.config.publicUrl}/api/v1/orders/${id}/download` }
      : {}),
    expiresAt: toIso(order.holdUntil),
    createdAt: toIso(order.createdAt),
    paidAt: toIsoOrNull(order.paidAt),
    maturesAt: toIsoOrNull(order.maturesAt),
  };
}

function lineOf({ config }: Context, order: OrderRow): z.input<typeof Order>['lines'][number] {
  const { id, productId, variantId, title, imageKey, options, unitMinor, quantity, refundedQuantity } = order;
  return {
    ...{ id, productId, title, options: { ...options }, unitPriceMinor: unitMinor, quantity, refundedQuantity },
    // A product without options has one variant, of which clients need not know.
    ...(Object.keys(options).length === 0 ? {} : { variantId }),
    image: imageKey === null ? null : mediaUrl(config, imageKey),
  };
}

export function presentProblem(problem: ProblemRow): z.input<typeof OrderProblem> {
  const { kind, text, status, answer, resolution, openedAt } = problem;
  return {
    ...{ kind, text, status, openedAt: toIso(openedAt) },
    ...(answer === null ? {} : { answer }),
    ...(resolution === null ? {} : { resolution }),
  };
}

/** Where it can be paid: its checkout is open, and nothing is on its way. */
function payableAt({ state, status, checkoutUrl }: OrderRow) {
  return checkoutUrl !== null && state === 'pending' && status !== 'processing' ? { checkoutUrl } : {};
}

const GIVEN_BACK: ReadonlySet<OrderRow['state']> = new Set(['disputed', 'refunded', 'cancelled']);

/** Whether the buyer may download what a digital order bought. */
export function hasDownload({ kind, paidAt, state, stockState }: OrderRow): boolean {
  return kind === 'digital' && paidAt !== null && stockState === 'sold' && !GIVEN_BACK.has(state);
}

/** Staff see no address: they decide without it. */
export function seesAddress({ address, fulfilledAt }: OrderRow, reader: OrderReader, now: number): boolean {
  if (address === null || reader === 'staff') return false;
  return reader === 'buyer' || fulfilledAt === null || now < fulfilledAt + ADDRESS_MS;
}

export function sealAddress({ config }: Context, orderId: string, address: PostalAddress): Promise<string> {
  return encrypt(config.keys, orderId, JSON.stringify(address));
}

/** Undefined if it was erased. Throws if none of our keys decrypts it. */
export async function openAddress(
  { config }: Context,
  { id, address }: Pick<OrderRow, 'id' | 'address'>,
): Promise<PostalAddress | undefined> {
  if (address === null) return undefined;
  return JSON.parse(await decrypt(config.keys, id, address)) as PostalAddress; // sealAddress wrote it
}

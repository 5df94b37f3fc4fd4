/** Wire shapes of a stream's products. What a product looks like is in `contracts/product.ts`. */
import { z } from '@hono/zod-openapi';
import { MINOR_MAX } from '@/contracts/economy';
import { SessionProduct } from '@/contracts/product';
import { anId } from '@/domains/live/rooms/schemas';
import { pageOf } from '@/http/envelope';

/** As many as a trigger allows in a stream. */
export const PRODUCTS_MAX = 100;
export const POSITION_MAX = 9_999;

const position = z
  .int()
  .min(0)
  .max(POSITION_MAX)
  .openapi({ description: 'Smaller ones come first. Without it, a new product comes last.' });
const livePriceMinor = z.int().min(1).max(MINOR_MAX).openapi({
  description: 'A price for the time of the stream, below every other price of the product. It replaces all of them.',
});

export const SessionProductPage = pageOf(SessionProduct);
export const SessionProductList = z.object({ items: z.array(SessionProduct) });

export const NewSessionProducts = z
  .strictObject({
    products: z
      .array(
        z.strictObject({
          productId: anId,
          position: position.optional(),
          livePriceMinor: livePriceMinor.optional(),
        }),
      )
      .min(1)
      .max(PRODUCTS_MAX)
      .refine(
        (list) => new Set(list.map(({ productId }) => productId)).size === list.length,
        'must be different products',
      ),
  })
  .openapi('NewSessionProducts');

export const SessionProductChanges = z
  .strictObject({
    position,
    livePriceMinor: livePriceMinor.nullable().openapi({ description: 'Null: the ordinary prices apply.' }),
  })
  .partial()
  .openapi('SessionProductChanges');

export const NewShowcase = z.strictObject({ productId: anId }).openapi('NewShowcase');
export const NewClick = z
  .strictObject({ sessionId: anId.openapi({ description: 'The stream in which it was clicked.' }) })
  .openapi('NewProductClick');

/** What a stream shows and sells. */
import { z } from '@hono/zod-openapi';
import { Showcase } from '../product';
import { Card, event, id, streamId } from './shared';

export const shopEvents = {
  'product-showcased': [
    event('product-showcased', {
      streamId,
      showcase: Showcase.nullable().describe('Null: staff have hidden it since.'),
    }),
    'This product is shown now, or what is shown has changed.',
  ],
  'showcase-cleared': [event('showcase-cleared', { streamId, showcase: z.null() }), 'No product is shown any longer.'],
  'product-sold': [
    event('product-sold', {
      streamId,
      productId: id,
      title: z.string().describe('Empty: staff have hidden it since.'),
      quantity: z.int(),
      buyer: Card.nullable().describe('Null unless the buyer chose to be named.'),
    }),
    'An order of the stream was paid.',
  ],
} as const;

export const ProductStockEvent = event('product-stock', {
  productId: z.string(),
  variantId: z.string().optional().describe('Of this variant alone.'),
  stock: z.int().nullable().describe('Pieces that can be bought now; null: unlimited.'),
  held: z.int().describe('Pieces in open checkouts.'),
  sold: z.int(),
});

export const stockEvents = {
  'product-stock': [ProductStockEvent, 'Pieces of a product of the stream, at most once a second.'],
} as const;

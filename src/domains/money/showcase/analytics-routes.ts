/** Endpoint of what the products of a session did. The other figures of a session are in `live/analytics`. */
import { z } from '@hono/zod-openapi';
import { NOT_HERE } from '@/domains/live/rooms/errors';
import { anId } from '@/domains/live/rooms/schemas';
import { streamError } from '@/domains/live/streams/errors';
import { csvResponse } from '@/http/csv';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { ProductFiguresPage, ProductFiguresQuery } from './analytics-schemas';
import { presentProductPage, readProductFigures } from './product-analytics';

const HEADER = ['productId', 'title', 'clicks', 'clickers', 'checkouts', 'orders', 'units', 'conversionBps', 'sales'];

export const productAnalyticsEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readSessionProductFigures',
    method: 'get',
    path: '/sessions/{id}/analytics/products',
    tag: 'session',
    summary: 'Clicks, orders and conversion of each product of my session, the best sold first',
    who: 'creator',
    params: z.strictObject({ id: anId }),
    query: ProductFiguresQuery,
    response: ProductFiguresPage,
    csv: true,
    refusals: [...NOT_HERE, streamError.NOT_YOUR_STREAM],
    handler: async (ctx, { actor, params, query }) => {
      const figures = await readProductFigures(ctx, actor, params.id);
      return query.format === 'csv' ? asCsv(params.id, figures) : presentProductPage(figures, query);
    },
  }),
];

function asCsv(streamId: string, figures: Awaited<ReturnType<typeof readProductFigures>>): Response {
  async function* pages() {
    yield figures.map(({ product, sales, ...row }) => [
      ...[row.productId, product?.title ?? null, row.clicks, row.clickers, row.checkouts, row.orders, row.units],
      ...[row.conversionBps, sales.map(({ amountMinor, currency }) => `${amountMinor} ${currency}`).join(', ')],
    ]);
  }
  return csvResponse(`session-${streamId}-products.csv`, HEADER, pages());
}

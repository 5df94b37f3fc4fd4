/** Wire shapes of what the products of a session did. */
import { z } from '@hono/zod-openapi';
import { Money } from '@/contracts/economy';
import { Product } from '@/contracts/product';
import { orNull, pageOf, pageQuery } from '@/http/envelope';

export const ProductFigures = z
  .object({
    productId: z.uuid(),
    product: orNull(Product).openapi({ description: 'Null: it no longer exists.' }),
    clicks: z.int().openapi({ description: 'Once per viewer and minute.' }),
    clickers: z.int().openapi({ description: 'Distinct viewers who clicked.' }),
    checkouts: z.int().openapi({ description: 'Orders that were begun, whatever became of them.' }),
    orders: z.int().openapi({ description: 'Those that were paid, also if they were refunded later.' }),
    units: z.int(),
    sales: z.array(Money).openapi({ description: 'Before refunds, without shipping and tax.' }),
    conversionBps: z.int().openapi({ description: 'Buyers as a share of clickers, in hundredths of a per cent.' }),
  })
  .openapi('ProductFigures');

export const ProductFiguresPage = pageOf(ProductFigures);

export const ProductFiguresQuery = z.strictObject({
  ...pageQuery,
  format: z
    .enum(['json', 'csv'])
    .default('json')
    .openapi({ description: '`csv`: a line for each product, all of them.' }),
});

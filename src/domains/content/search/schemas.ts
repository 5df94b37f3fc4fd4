/** Wire shapes of the search: results with their highlights. */
import { z } from '@hono/zod-openapi';
import { PRODUCT_CATEGORY_NAMES } from '@/contracts/product';
import { PublicCard } from '@/domains/base/users/schemas';
import { Post } from '@/domains/content/posts/schemas';
import { Stream } from '@/domains/live/streams/schemas';
import { ShopProduct, ShopProductPage } from '@/domains/money/products/schemas';
import { cursorPageOf, cursorQuery } from '@/http/envelope';
import { searchText } from '@/http/fields';

const SEARCH_TYPES = ['users', 'streams', 'products', 'posts'] as const;
const DEFAULT_TYPES = 'users,streams';

export const Highlight = z
  .object({
    field: z.string(),
    parts: z.array(z.object({ text: z.string(), hit: z.boolean() })),
  })
  .openapi('Highlight', {
    description: 'A field that contains the words, as parts of plain text; of a long field, the part around the hits.',
  });

const highlights = z.array(Highlight);

export const SearchResults = z
  .object({
    users: cursorPageOf(PublicCard.extend({ highlights })).optional(),
    streams: cursorPageOf(Stream.extend({ highlights })).optional(),
    products: cursorPageOf(ShopProduct.extend({ highlights })).optional(),
    posts: cursorPageOf(Post.extend({ highlights })).optional(),
  })
  .openapi('SearchResults', { description: 'One page of each requested type.' });

const types = z
  .string()
  .default(DEFAULT_TYPES)
  .transform((list) => [...new Set(list.split(','))])
  .pipe(z.array(z.enum(SEARCH_TYPES)))
  .openapi({
    type: 'string',
    description: `One or more of ${SEARCH_TYPES.join(', ')}, separated by commas.`,
    example: DEFAULT_TYPES,
  });

export const SearchQuery = z
  .strictObject({
    q: searchText.openapi({ description: 'The words to find; the last may be a prefix of two letters or more.' }),
    type: types,
    ...cursorQuery,
  })
  .refine(({ type, cursor }) => cursor === undefined || type.length === 1, {
    path: ['cursor'],
    message: 'goes on with one type alone',
  });

export const ProductSearchResults = ShopProductPage.extend({
  facets: z
    .object({ categories: z.array(z.object({ category: z.enum(PRODUCT_CATEGORY_NAMES), count: z.int() })) })
    .openapi({ description: 'How many match in each category, among the newest thousand.' }),
}).openapi('ProductSearchResults');

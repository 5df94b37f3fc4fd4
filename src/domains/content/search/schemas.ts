/** Wire shapes of the search: results with their highlights. */
import { z } from '@hono/zod-openapi';
import { PRODUCT_CATEGORY_NAMES } from '@/contracts/product';
import { PublicCard } from '@/domains/base/users/schemas';
import { Post } from '@/domains/content/posts/schemas';
import { Category } from '@/domains/live/channels/categories';
import { anId } from '@/domains/live/rooms/schemas';
import { STREAM_STATUSES, Stream, StreamPage } from '@/domains/live/streams/schemas';
import { ShopProduct, ShopProductPage } from '@/domains/money/products/schemas';
import { COUNT_MAX, cursorPageOf, cursorQuery, pageQuery } from '@/http/envelope';
import { optionalSearchText, searchText } from '@/http/fields';

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
    pattern: `^(${SEARCH_TYPES.join('|')})(,(${SEARCH_TYPES.join('|')}))*$`,
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

/** Relevance ranks at most this many of the newest matches. */
export const RANKED_SESSIONS_MAX = 1_000;
const SESSION_SORTS = ['live', 'newest', 'viewers', 'relevance'] as const;

export const SessionSearchQuery = z
  .strictObject({
    ...pageQuery,
    q: optionalSearchText.openapi({ description: 'As in `GET /sessions`.' }),
    status: z.enum(STREAM_STATUSES).optional().openapi({ description: 'Cancelled sessions are found only by it.' }),
    creatorId: anId.optional(),
    category: Category.optional(),
    sort: z
      .enum(SESSION_SORTS)
      .default('live')
      .openapi({
        description:
          '`live`: those that are live first, then the newest. `viewers`: as in `GET /sessions`. `relevance`: as in ' +
          `\`GET /search\`, among the newest ${RANKED_SESSIONS_MAX} matches; it needs \`q\`.`,
      }),
  })
  .refine(({ sort, q }) => sort !== 'relevance' || q !== undefined, {
    path: ['sort'],
    message: 'by relevance needs a text to search for',
  })
  .refine(({ sort, status }) => sort !== 'viewers' || !status || status === 'live' || status === 'ended', {
    path: ['sort'],
    message: 'can only sort live or ended sessions',
  });

export const SessionsFound = StreamPage.extend({
  facets: z.object({
    categories: z.array(z.object({ category: Category.nullable(), count: z.int() })).openapi({
      description:
        'How many matches each category has, whatever `category` asks for; the most first. Null: sessions without ' +
        `one. Counting stops at the newest ${COUNT_MAX + 1}.`,
    }),
  }),
}).openapi('SessionsFound');

export const ProductSearchResults = ShopProductPage.extend({
  facets: z
    .object({ categories: z.array(z.object({ category: z.enum(PRODUCT_CATEGORY_NAMES), count: z.int() })) })
    .openapi({ description: 'How many match in each category, among the newest thousand.' }),
}).openapi('ProductSearchResults');

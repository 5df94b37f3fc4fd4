/** Wire shapes of the search: cards with the places in them where the words were found. */
import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { Post } from '@/domains/content/posts/schemas';
import { Stream } from '@/domains/live/streams/schemas';
import { cursorPageOf, cursorQuery } from '@/http/envelope';
import { searchText } from '@/http/fields';

const SEARCH_TYPES = ['users', 'streams', 'posts'] as const;
const DEFAULT_TYPES = 'users,streams';

export const Highlight = z
  .object({
    field: z.string(),
    parts: z.array(z.object({ text: z.string(), hit: z.boolean() })),
  })
  .openapi('Highlight', {
    description: 'A field in which words were found, as plain text in parts; of a long one what is around them.',
  });

const highlights = z.array(Highlight);

export const SearchResults = z
  .object({
    users: cursorPageOf(PublicCard.extend({ highlights })).optional(),
    streams: cursorPageOf(Stream.extend({ highlights })).optional(),
    posts: cursorPageOf(Post.extend({ highlights })).optional(),
  })
  .openapi('SearchResults', { description: 'A page of each type that was asked for.' });

const types = z
  .string()
  .default(DEFAULT_TYPES)
  .transform((list) => [...new Set(list.split(','))])
  .pipe(z.array(z.enum(SEARCH_TYPES)))
  .openapi({
    type: 'string',
    description: `Of ${SEARCH_TYPES.join(', ')}, with commas between.`,
    example: DEFAULT_TYPES,
  });

export const SearchQuery = z
  .strictObject({
    q: searchText.openapi({ description: 'Words; the last may be unfinished, from two letters on.' }),
    type: types,
    ...cursorQuery,
  })
  .refine(({ type, cursor }) => cursor === undefined || type.length === 1, {
    path: ['cursor'],
    message: 'goes on with one type alone',
  });

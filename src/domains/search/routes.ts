/** Finding people and what they make by words. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { SearchQuery, SearchResults } from './schemas';
import { search } from './search';

export const searchEndpoints: Endpoint[] = [
  endpoint({
    method: 'get',
    path: '/search',
    tag: 'search',
    summary: 'Users, streams and posts by words',
    description:
      'All words must occur, whatever their case and accents. Best matches first (bm25: a username counts 10, a display ' +
      'name 5; a title 10, a category 5, a description 1), of the newest matches, ten for each item of a page; whoever ' +
      'has exactly this username before all. A cursor goes on with one type alone.',
    who: 'optional',
    query: SearchQuery,
    response: SearchResults,
    handler: (ctx, { actor, query }) => search(ctx, actor, query),
  }),
];

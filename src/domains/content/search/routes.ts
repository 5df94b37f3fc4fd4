/** Finding people and what they make by words. */
import { FOUND_CREATORS_MAX } from '@/domains/base/visibility/posts';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { FORMULA } from './rank';
import { SearchQuery, SearchResults } from './schemas';
import { search } from './search';

export const searchEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'search',
    method: 'get',
    path: '/search',
    tag: 'search',
    summary: 'Users, streams and posts by words',
    description:
      `All words must occur, whatever their case and accents. ${FORMULA} Whoever has exactly this username comes before ` +
      `all. Posts for followers or subscribers are found of the ${FOUND_CREATORS_MAX} creators whom the reader followed ` +
      'last, and of as many whom they subscribed to last. A page may be short and still have a next one. A cursor goes on with one type alone.',
    who: 'optional',
    query: SearchQuery,
    response: SearchResults,
    handler: (ctx, { actor, query }) => search(ctx, actor, query),
  }),
];

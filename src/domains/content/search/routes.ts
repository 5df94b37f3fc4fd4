/** The search endpoints. */
import { FOUND_CREATORS_MAX } from '@/domains/base/visibility/posts';
import { ProductSearchQuery } from '@/domains/money/products/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { FORMULA } from './rank';
import { ProductSearchResults, SearchQuery, SearchResults, SessionSearchQuery, SessionsFound } from './schemas';
import { search } from './search';
import { findProducts } from './search-products';
import { searchSessions } from './search-sessions';

export const searchEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'search',
    method: 'get',
    path: '/search',
    tag: 'search',
    summary: 'Search users, streams, products and posts',
    description:
      'All words must occur; case and accents do not matter, and in Chinese, Japanese, Korean and Thai a word is found ' +
      `inside a run. ${FORMULA} The user with exactly this username comes ` +
      `first. Posts for followers or subscribers are found from the ${FOUND_CREATORS_MAX} creators the reader ` +
      'followed last, and from the same number they subscribed to last. A page may be short and still have a next ' +
      'one. A cursor works with a single type only.',
    who: 'optional',
    query: SearchQuery,
    response: SearchResults,
    handler: (ctx, { actor, query }) => search(ctx, actor, query),
  }),
  endpoint({
    operationId: 'searchSessions',
    method: 'get',
    path: '/search/sessions',
    tag: 'search',
    summary: 'Search sessions with filters, and count the matches of each category',
    who: 'optional',
    query: SessionSearchQuery,
    response: SessionsFound,
    handler: (ctx, { actor, query }) => searchSessions(ctx, actor, query),
  }),
  endpoint({
    operationId: 'searchProducts',
    method: 'get',
    path: '/search/products',
    tag: 'search',
    summary: 'Search products on sale, with filters',
    description:
      'All words must occur in title, description or category. Words find the newest thousand products that match; without ' +
      'words, the search covers what `GET /products` does. Relevance is ranked as in `GET /search`. The facets count what ' +
      'matches whatever the category.',
    who: 'optional',
    query: ProductSearchQuery,
    response: ProductSearchResults,
    handler: (ctx, { actor, query }) => findProducts(ctx, actor, query),
  }),
];

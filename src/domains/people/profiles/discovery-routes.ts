/** Endpoints for finding people: creators, a creator's page, and a user's followers and follows. */
import { z } from '@hono/zod-openapi';
import { socialError } from '@/domains/people/social/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { getCreatorPage } from './creator-page';
import { listCreators } from './creators';
import { CreatorList, CreatorListQuery, CreatorPage, PeoplePage, PeopleQuery } from './discovery-schemas';
import { listFollowers, listFollowing } from './follow-lists';

const ByUser = z.strictObject({ userId: z.string().min(1) });

export const discoveryEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listFollowers',
    method: 'get',
    path: '/social/followers/{userId}',
    tag: 'social',
    summary: "A user's followers, newest first",
    description:
      'Followers who hide their follows are only shown to themselves and to the creator. A page may be short even if ' +
      'another one follows.',
    who: 'optional',
    params: ByUser,
    query: PeopleQuery,
    response: PeoplePage,
    refusals: [socialError.USER_NOT_FOUND],
    handler: (ctx, { actor, params, query }) => listFollowers(ctx, actor, params.userId, query),
  }),
  endpoint({
    operationId: 'listFollowing',
    method: 'get',
    path: '/social/following/{userId}',
    tag: 'social',
    summary: 'The creators a user follows, newest first',
    description: 'A page may be short even if another one follows.',
    who: 'optional',
    params: ByUser,
    query: PeopleQuery,
    response: PeoplePage,
    refusals: [socialError.USER_NOT_FOUND, socialError.FOLLOWS_HIDDEN],
    handler: (ctx, { actor, params, query }) => listFollowing(ctx, actor, params.userId, query),
  }),
  endpoint({
    operationId: 'listCreators',
    method: 'get',
    path: '/social/creators',
    tag: 'social',
    summary: 'Find creators',
    who: 'optional',
    query: CreatorListQuery,
    response: CreatorList,
    handler: (ctx, { actor, query }) => listCreators(ctx, actor, query),
  }),
  endpoint({
    operationId: 'readCreatorPage',
    method: 'get',
    path: '/social/creator/{username}',
    tag: 'social',
    summary: "A creator's page",
    who: 'optional',
    params: z.strictObject({ username: z.string().min(1) }),
    response: CreatorPage,
    refusals: [socialError.USER_NOT_FOUND],
    handler: (ctx, { actor, params }) => getCreatorPage(ctx, actor, params.username),
  }),
];

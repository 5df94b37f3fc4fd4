/** Finding people: creators, a creator's page, followers and whom somebody follows. */
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
    summary: 'Who follows somebody, newest first',
    description:
      'Who does not show whom they follow is left out, but to themselves and to the creator. A page may be short and still have a next one.',
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
    summary: 'Whom somebody follows, newest first',
    description: 'A page may be short and still have a next one.',
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
    summary: 'All creators',
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

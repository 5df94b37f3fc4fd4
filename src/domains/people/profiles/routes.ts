/** Endpoints for profiles: my own, and finding and reading those of others. */
import { z } from '@hono/zod-openapi';
import { User } from '@/domains/base/users/schemas';
import { StreamPage } from '@/domains/live/streams/schemas';
import { socialError } from '@/domains/people/social/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { pageQuery } from '@/http/envelope';
import { discoverUsers } from './discover';
import { profileError } from './errors';
import { changeOwnProfile, readOwnProfile } from './own-profile';
import { getPublicProfile, listStreamsOf } from './public-profile';
import { ProfileRequest, PublicProfile, UserPage, UsersQuery } from './schemas';

const ById = z.strictObject({ id: z.string().min(1) });

export const profileEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readMyProfile',
    method: 'get',
    path: '/user/profile',
    aliases: ['/viewer/profile', '/viewer/me', '/auth/me'],
    tag: 'user',
    summary: 'My profile',
    who: 'user',
    fresh: true,
    response: User,
    handler: (ctx, { actor }) => readOwnProfile(ctx, actor),
  }),
  endpoint({
    operationId: 'changeMyProfile',
    method: 'put',
    path: '/user/profile',
    aliases: [{ method: 'patch', path: '/viewer/profile' }],
    tag: 'user',
    summary: 'Change my profile',
    description: 'Only the fields you send change. `null` clears a field.',
    who: 'user',
    unverified: true,
    body: ProfileRequest,
    response: User,
    refusals: [profileError.COUNTRY_SET_BY_STAFF],
    handler: (ctx, { actor, body }) => changeOwnProfile(ctx, actor, body),
  }),
  endpoint({
    operationId: 'listUsers',
    method: 'get',
    path: '/users',
    tag: 'users',
    summary: 'Find users, most followed first',
    who: 'optional',
    query: UsersQuery,
    response: UserPage,
    handler: (ctx, { actor, query }) => discoverUsers(ctx, actor, query),
  }),
  endpoint({
    operationId: 'readUser',
    method: 'get',
    path: '/users/{id}',
    tag: 'users',
    summary: "A user's public profile",
    description: 'By its id or its username. A former username leads here for 30 days.',
    who: 'optional',
    params: ById,
    response: PublicProfile,
    refusals: [socialError.USER_NOT_FOUND],
    handler: (ctx, { actor, params }) => getPublicProfile(ctx, params.id, actor),
  }),
  endpoint({
    operationId: 'listUserStreams',
    method: 'get',
    path: '/users/{id}/sessions',
    tag: 'users',
    summary: "A user's streams, newest first",
    who: 'optional',
    params: ById,
    query: z.strictObject(pageQuery),
    response: StreamPage,
    refusals: [socialError.USER_NOT_FOUND],
    handler: (ctx, { actor, params, query }) => listStreamsOf(ctx, params.id, actor, query),
  }),
];

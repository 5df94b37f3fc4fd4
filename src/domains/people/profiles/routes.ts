/** Profiles: one's own, behind two doors, and everybody's as others find and see them. */
import { z } from '@hono/zod-openapi';
import { User } from '@/domains/base/users/schemas';
import { StreamPage } from '@/domains/live/streams/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { pageQuery } from '@/http/envelope';
import { discoverUsers } from './discover';
import { changeOwnProfile, readOwnProfile } from './own-profile';
import { getPublicProfile, listStreamsOf } from './public-profile';
import { ProfileRequest, PublicProfile, UserPage, UsersQuery } from './schemas';

const ById = z.strictObject({ id: z.string().min(1) });

const readMine = (path: string, tag: 'user' | 'viewer', summary: string) =>
  endpoint({
    method: 'get',
    path,
    tag,
    summary,
    who: 'user',
    fresh: true,
    response: User,
    handler: (ctx, { actor }) => readOwnProfile(ctx, actor),
  });

const changeMine = (method: 'put' | 'patch', path: string, tag: 'user' | 'viewer') =>
  endpoint({
    method,
    path,
    tag,
    summary: 'Change my profile',
    description: 'Only what is sent changes; `null` clears what may be empty.',
    who: 'user',
    unverified: true,
    body: ProfileRequest,
    response: User,
    refusals: { 403: 'COUNTRY_SET_BY_STAFF' },
    handler: (ctx, { actor, body }) => changeOwnProfile(ctx, actor, body),
  });

export const profileEndpoints: Endpoint[] = [
  readMine('/user/profile', 'user', 'My profile'),
  changeMine('put', '/user/profile', 'user'),
  readMine('/viewer/me', 'viewer', 'The signed-in user'),
  readMine('/viewer/profile', 'viewer', 'My profile'),
  changeMine('patch', '/viewer/profile', 'viewer'),
  endpoint({
    method: 'get',
    path: '/users',
    tag: 'users',
    summary: 'Find users, the most followed first',
    who: 'optional',
    query: UsersQuery,
    response: UserPage,
    handler: (ctx, { actor, query }) => discoverUsers(ctx, actor, query),
  }),
  endpoint({
    method: 'get',
    path: '/users/{id}',
    tag: 'users',
    summary: 'A user as everybody may see them',
    who: 'optional',
    params: ById,
    response: PublicProfile,
    refusals: { 404: 'USER_NOT_FOUND' },
    handler: (ctx, { actor, params }) => getPublicProfile(ctx, params.id, actor),
  }),
  endpoint({
    method: 'get',
    path: '/users/{id}/sessions',
    tag: 'users',
    summary: "A user's streams, the newest first",
    who: 'optional',
    params: ById,
    query: z.strictObject(pageQuery),
    response: StreamPage,
    refusals: { 404: 'USER_NOT_FOUND' },
    handler: (ctx, { actor, params, query }) => listStreamsOf(ctx, params.id, actor, query),
  }),
];

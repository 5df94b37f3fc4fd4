/** Endpoints for DJs' profiles and their ratings. */
import { z } from '@hono/zod-openapi';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { djError } from './errors';
import { changeDjProfile, getDjProfile } from './profile';
import { rateDj, takeRatingBack } from './rate';
import { DjProfile, DjProfileRequest, DjRating, DjRatingRequest } from './schemas';

const tag = 'dj';
const ById = z.strictObject({ id: z.string().min(1) });

export const djEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readDjProfile',
    method: 'get',
    path: '/dj/profile/{id}',
    tag,
    summary: 'The profile of a DJ',
    description: "By its id, which is the user's. Only approved DJs have one.",
    who: 'optional',
    params: ById,
    response: DjProfile,
    refusals: [djError.DJ_NOT_FOUND],
    handler: (ctx, { actor, params }) => getDjProfile(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'changeDjProfile',
    method: 'put',
    path: '/dj/profile',
    tag,
    summary: 'Change my profile as a DJ',
    description: 'Only the fields you send change. The avatar is that of the account: `POST /user/avatar`.',
    who: 'dj',
    body: DjProfileRequest,
    response: DjProfile,
    refusals: [djError.DJ_NOT_FOUND],
    handler: (ctx, { actor, body }) => changeDjProfile(ctx, actor, body),
  }),
  endpoint({
    operationId: 'rateDj',
    method: 'put',
    path: '/dj/profile/{id}/rating',
    tag,
    summary: 'Rate a DJ with one to five stars, or change my rating',
    description:
      'For users who listened to one of their streams for a minute or more within the last year. Whether you did is ' +
      'known once the stream has ended.',
    who: 'user',
    params: ById,
    body: DjRatingRequest,
    response: DjRating,
    refusals: [djError.DJ_NOT_FOUND, djError.LISTEN_FIRST, djError.NOT_YOURSELF],
    handler: (ctx, { actor, params, body }) => rateDj(ctx, actor, params.id, body.rating),
  }),
  endpoint({
    operationId: 'takeRatingBack',
    method: 'delete',
    path: '/dj/profile/{id}/rating',
    tag,
    summary: 'Take my rating of a DJ back',
    description: 'Idempotent.',
    who: 'user',
    params: ById,
    response: DjRating,
    refusals: [djError.DJ_NOT_FOUND],
    handler: (ctx, { actor, params }) => takeRatingBack(ctx, actor, params.id),
  }),
];

/** Endpoints of performers: their page, their privacy and their block list. */
import { z } from '@hono/zod-openapi';
import { blockUser } from '@/domains/people/social/block';
import { listBlocks } from '@/domains/people/social/blocks';
import { socialError } from '@/domains/people/social/errors';
import { BlockPage, BlockStatus, BlocksQuery } from '@/domains/people/social/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { changePrivacy } from './change-privacy';
import { performerError } from './errors';
import { getPrivacy } from './privacy';
import { changePerformerProfile, getPerformerProfile } from './profile';
import { BlockRequest, PerformerProfile, PerformerProfileRequest, Privacy, PrivacyRequest } from './schemas';

export const performerEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readPerformer',
    method: 'get',
    path: '/performer/profile/{id}',
    tag: 'performer',
    summary: "A performer's page",
    description: "The id is the profile's or the user's, which are the same. Only approved performers have a page.",
    who: 'optional',
    params: z.strictObject({ id: z.string().min(1) }),
    response: PerformerProfile,
    refusals: [performerError.PERFORMER_NOT_FOUND],
    handler: (ctx, { actor, params }) => getPerformerProfile(ctx, actor, params.id),
  }),
  endpoint({
    operationId: 'changePerformerProfile',
    method: 'put',
    path: '/performer/profile',
    tag: 'performer',
    summary: 'Change my page as a performer',
    description:
      'Only the fields you send change. A handle belongs to one user, like a username, and stays reserved while ' +
      '`anonymousMode` is off. While it is on, everyone sees the new names at once.',
    who: 'performer',
    body: PerformerProfileRequest,
    response: PerformerProfile,
    refusals: [performerError.PERFORMER_NOT_FOUND, performerError.STAGE_HANDLE_TAKEN, performerError.STAGE_NAME_NEEDED],
    handler: (ctx, { actor, body }) => changePerformerProfile(ctx, actor, body),
  }),
  endpoint({
    operationId: 'readPrivacy',
    method: 'get',
    path: '/performer/privacy-settings',
    tag: 'performer',
    summary: 'My privacy settings',
    who: 'performer',
    response: Privacy,
    handler: (ctx, { actor }) => getPrivacy(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'changePrivacy',
    method: 'put',
    path: '/performer/privacy-settings',
    tag: 'performer',
    summary: 'Change my privacy: blocked countries, my viewer list, and my name as a viewer',
    description:
      'Only the fields you send change, and the response contains all settings; `{}` changes nothing. Open rooms apply ' +
      'new countries at once: viewers from there are removed (4403, `NOT_IN_YOUR_COUNTRY`). If followers or subscribers ' +
      'live in a newly blocked country, it is refused with `CONFIRM_BLOCK` and their numbers in `details`, until you send ' +
      '`confirm: true`. Subscriptions from there then end, and the unused days are given back. `anonymousMode` needs a ' +
      'stage name and a stage handle.',
    who: 'performer',
    body: PrivacyRequest,
    response: Privacy,
    refusals: [performerError.CONFIRM_BLOCK, performerError.STAGE_NAMES_MISSING],
    handler: (ctx, { actor, body }) => changePrivacy(ctx, actor.userId, body),
  }),
  endpoint({
    operationId: 'blockAsPerformer',
    method: 'post',
    path: '/performer/block-user',
    tag: 'performer',
    summary: 'Block a user',
    description: 'The same as `POST /social/block/{userId}`, and the same list. `DELETE` there undoes it.',
    who: 'performer',
    body: BlockRequest,
    response: BlockStatus,
    refusals: [socialError.USER_NOT_FOUND, socialError.NOT_ONESELF],
    handler: async (ctx, { actor, body }) => {
      await blockUser(ctx, actor.userId, body.userId);
      return { blocked: true };
    },
  }),
  endpoint({
    operationId: 'listBlocksAsPerformer',
    method: 'get',
    path: '/performer/blocked-users',
    tag: 'performer',
    summary: 'The users I block, newest first',
    description: 'The same as `GET /social/blocks`.',
    who: 'performer',
    query: BlocksQuery,
    response: BlockPage,
    handler: (ctx, { actor, query }) => listBlocks(ctx, actor.userId, query),
  }),
];

/** Endpoints of requests to lift a ban. */
import { roomError } from '@/domains/live/rooms/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { askToBeLetBack } from './ask';
import { decideRequest } from './decide';
import { unbanError } from './errors';
import { listRequests } from './list';
import {
  ById,
  ByIdAndRequest,
  NewUnbanRequest,
  UnbanDecision,
  UnbanRequest,
  UnbanRequestList,
  UnbanRequestQuery,
} from './schemas';

const tag = 'stream';

export const unbanRequestEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'askToBeLetBack',
    method: 'post',
    path: '/stream/{id}/unban-requests',
    tag,
    summary: 'Ask the moderators to lift your ban',
    description:
      'You can have one open request to a channel, and can ask again a week after a refusal. The creator and the ' +
      'moderators are notified, and see it at once as an `unban-request` event in an open room.',
    who: 'user',
    params: ById,
    body: NewUnbanRequest,
    response: UnbanRequest,
    status: 201,
    refusals: [
      roomError.STREAM_NOT_FOUND,
      roomError.NOT_IN_YOUR_COUNTRY,
      unbanError.NOT_BANNED,
      unbanError.UNBAN_REQUEST_EXISTS,
      unbanError.UNBAN_REQUEST_TOO_EARLY,
    ],
    handler: (ctx, { actor, params, body }) => askToBeLetBack(ctx, actor, params.id, body.text),
  }),
  endpoint({
    operationId: 'listUnbanRequests',
    method: 'get',
    path: '/stream/{id}/unban-requests',
    tag,
    summary: 'List the requests to lift a ban',
    description: 'Newest first. For the creator, their moderators and staff who may ban.',
    who: 'user',
    fresh: true,
    params: ById,
    query: UnbanRequestQuery,
    response: UnbanRequestList,
    refusals: [roomError.STREAM_NOT_FOUND, roomError.NOT_MODERATOR],
    handler: (ctx, { actor, params, query }) => listRequests(ctx, actor, params.id, query),
  }),
  endpoint({
    operationId: 'decideUnbanRequest',
    method: 'put',
    path: '/stream/{id}/unban-requests/{requestId}',
    tag,
    summary: 'Accept or refuse a request to lift a ban',
    description: 'Accepting lifts the ban in the channel and its open rooms. The user is notified either way.',
    who: 'user',
    staffToo: true,
    params: ByIdAndRequest,
    body: UnbanDecision,
    response: UnbanRequest,
    refusals: [
      roomError.STREAM_NOT_FOUND,
      roomError.NOT_MODERATOR,
      roomError.OUT_OF_YOUR_REACH,
      unbanError.UNBAN_REQUEST_NOT_FOUND,
      unbanError.UNBAN_REQUEST_DECIDED,
    ],
    handler: (ctx, { actor, params, body }) => decideRequest(ctx, actor, params, body),
  }),
];

/**
 * The creator's studio: own channel, stream key, moderators, past streams. No path names a channel: all use the
 * caller's.
 */

import { FORM_REFUSALS } from '@/domains/base/media/errors';
import { getCredentials } from '@/domains/live/channels/credentials';
import { channelError } from '@/domains/live/channels/errors';
import { ownChannelState } from '@/domains/live/streams/channel-state';
import { streamError } from '@/domains/live/streams/errors';
import { Stream } from '@/domains/live/streams/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing, reply } from '@/http/envelope';
import { imagesError } from '@/providers/images-errors';
import { mediaError } from '@/providers/media-errors';
import { changeChatSettings, changeInfo } from './change-channel';
import { createStream } from './create-stream';
import { issueCreatorToken } from './creator-token';
import { studioError } from './errors';
import { createIngress, deleteIngress } from './ingress';
import { listModerators, nameModerator, removeModerator } from './moderators';
import { listPastStreams } from './past';
import { presentChannel } from './present';
import {
  Channel,
  ChannelChanges,
  ChatPolicy,
  ChatSettings,
  CreatorToken,
  CreatorTokenRequest,
  Ingress,
  IngressRequest,
  ModeratorPage,
  ModeratorsQuery,
  NewStream,
  PastQuery,
  PastStreamPage,
  Status,
  ThumbnailUpload,
  UserParam,
} from './schemas';
import { readStatus } from './status';
import { uploadThumbnail } from './thumbnail';

const common = { tag: 'stream', who: 'creator' } as const;

export const studioEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'createStream',
    ...common,
    method: 'post',
    path: '/stream/create',
    summary: 'Prepare a stream for the next encoder or start to take live',
    description:
      "Creates the channel if it is missing. Fields that are left out use the channel's. Cancels the stream prepared " +
      'before.',
    body: NewStream,
    response: Stream,
    status: 201,
    refusals: [streamError.TOO_MANY_SCHEDULED, streamError.CHANGED_MEANWHILE],
    handler: (ctx, { actor, body }) => createStream(ctx, actor, body),
  }),
  endpoint({
    operationId: 'listPastStreams',
    ...common,
    method: 'get',
    path: '/stream/past',
    summary: 'List my past streams with their figures',
    query: PastQuery,
    response: PastStreamPage,
    handler: (ctx, { actor, query }) => listPastStreams(ctx, actor, query),
  }),
  endpoint({
    operationId: 'createIngress',
    ...common,
    method: 'post',
    path: '/stream/ingress',
    summary: 'Create my stream key',
    description:
      'For RTMP or WHIP. A channel has at most one: to change it, delete it and create another. A key that the ' +
      'video service has lost is replaced.',
    body: IngressRequest,
    response: Ingress,
    status: 201,
    refusals: [studioError.INGRESS_EXISTS, mediaError.MEDIA_UNAVAILABLE],
    handler: async (ctx, { actor, body }) =>
      reply(await createIngress(ctx, actor.userId, { type: body.ingressType, quality: body.quality }), {
        message: 'Stream key created successfully',
      }),
  }),
  endpoint({
    operationId: 'deleteIngress',
    ...common,
    method: 'delete',
    path: '/stream/ingress',
    summary: 'Delete my stream key',
    description: 'A stream that uses it loses its picture, and ends after the grace period.',
    response: Nothing,
    refusals: [channelError.INGRESS_NOT_FOUND, streamError.CHANGED_MEANWHILE, mediaError.MEDIA_UNAVAILABLE],
    handler: async (ctx, { actor }) => {
      await deleteIngress(ctx, actor.userId);
      return reply({}, { message: 'Stream key deleted successfully' });
    },
  }),
  endpoint({
    operationId: 'readCredentials',
    ...common,
    method: 'get',
    path: '/stream/credentials',
    summary: 'My server URL and stream key',
    response: Ingress,
    refusals: [channelError.INGRESS_NOT_FOUND],
    handler: (ctx, { actor }) => getCredentials(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'readChannel',
    ...common,
    method: 'get',
    path: '/stream/info',
    summary: 'My channel',
    response: Channel,
    handler: async (ctx, { actor }) => presentChannel(await ownChannelState(ctx, actor.userId)),
  }),
  endpoint({
    operationId: 'changeChannel',
    ...common,
    method: 'put',
    path: '/stream/info',
    summary: "Change my channel's title, description, category, image or video quality",
    description:
      'Also changes the live and the prepared stream; their rooms get `stream-updated`. A running encoder keeps ' +
      'its quality until it stops.',
    body: ChannelChanges,
    response: Channel,
    refusals: [streamError.CHANGED_MEANWHILE],
    handler: async (ctx, { actor, body }) =>
      reply(await changeInfo(ctx, actor.userId, body), { message: 'Stream info updated successfully' }),
  }),
  endpoint({
    operationId: 'changeChatSettings',
    ...common,
    method: 'put',
    path: '/stream/chat-settings',
    summary: 'Change who may write in my rooms, how often, and with what delay',
    description: 'Applies to open rooms at once.',
    body: ChatSettings,
    response: ChatPolicy,
    refusals: [streamError.CHANGED_MEANWHILE],
    handler: async (ctx, { actor, body }) =>
      reply(await changeChatSettings(ctx, actor.userId, body), { message: 'Chat settings updated successfully' }),
  }),
  endpoint({
    operationId: 'readStreamStatus',
    ...common,
    method: 'get',
    path: '/stream/status',
    summary: 'Whether I am live, my viewers, and the state of my encoder',
    response: Status,
    handler: (ctx, { actor }) => readStatus(ctx, actor.userId),
  }),
  endpoint({
    operationId: 'issueCreatorToken',
    ...common,
    method: 'post',
    path: '/stream/creator-token',
    summary: 'Get a token to watch or publish my own stream',
    description: '`publish` replaces another browser that is publishing. An encoder continues.',
    body: CreatorTokenRequest,
    response: CreatorToken,
    handler: (ctx, { actor, body }) => issueCreatorToken(ctx, actor.userId, body.purpose),
  }),
  endpoint({
    operationId: 'uploadThumbnail',
    ...common,
    method: 'post',
    path: '/stream/thumbnail',
    summary: "Upload my channel's image",
    upload: { contentType: 'multipart/form-data', schema: ThumbnailUpload },
    response: Channel,
    refusals: [...FORM_REFUSALS, imagesError.IMAGES_UNAVAILABLE, streamError.CHANGED_MEANWHILE],
    handler: (ctx, { actor, request }) => uploadThumbnail(ctx, actor.userId, request),
  }),
  endpoint({
    operationId: 'listModerators',
    ...common,
    method: 'get',
    path: '/stream/moderators',
    summary: 'List my moderators',
    query: ModeratorsQuery,
    response: ModeratorPage,
    handler: (ctx, { actor, query }) => listModerators(ctx, actor.userId, query),
  }),
  endpoint({
    operationId: 'nameModerator',
    ...common,
    method: 'put',
    path: '/stream/moderators/{userId}',
    summary: 'Add a moderator',
    params: UserParam,
    response: Nothing,
    refusals: [studioError.USER_NOT_FOUND, studioError.MODERATOR_NOT_POSSIBLE, studioError.TOO_MANY_MODERATORS],
    handler: async (ctx, { actor, params }) => {
      await nameModerator(ctx, actor.userId, params.userId);
      return {};
    },
  }),
  endpoint({
    operationId: 'removeModerator',
    ...common,
    method: 'delete',
    path: '/stream/moderators/{userId}',
    summary: 'Remove a moderator',
    params: UserParam,
    response: Nothing,
    refusals: [studioError.USER_NOT_FOUND],
    handler: async (ctx, { actor, params }) => {
      await removeModerator(ctx, actor.userId, params.userId);
      return {};
    },
  }),
];

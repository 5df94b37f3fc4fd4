/** The creator's desk: own channel, stream key, moderators, past streams. No path names a channel: all is the caller's. */

import { getCredentials } from '@/domains/live/channels/credentials';
import { ownChannelState } from '@/domains/live/streams/channel-state';
import { Stream } from '@/domains/live/streams/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing, reply } from '@/http/envelope';
import { changeChatSettings, changeInfo } from './change-channel';
import { createStream } from './create-stream';
import { issueCreatorToken } from './creator-token';
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

const MEDIA_AWAY = 'MEDIA_UNAVAILABLE: nothing was changed.';

export const studioEndpoints: Endpoint[] = [
  endpoint({
    ...common,
    method: 'post',
    path: '/stream/create',
    summary: 'Prepare a stream, which the next ingress or start takes live',
    description:
      "Makes the channel if it is missing. Fields that are left out are the channel's own. Cancels the stream prepared before.",
    body: NewStream,
    response: Stream,
    status: 201,
    refusals: { 409: 'TOO_MANY_SCHEDULED' },
    handler: (ctx, { actor, body }) => createStream(ctx, actor, body),
  }),
  endpoint({
    ...common,
    method: 'get',
    path: '/stream/past',
    summary: 'My streams that are over, with their figures',
    query: PastQuery,
    response: PastStreamPage,
    handler: (ctx, { actor, query }) => listPastStreams(ctx, actor, query),
  }),
  endpoint({
    ...common,
    method: 'post',
    path: '/stream/ingress',
    summary: 'Create my stream key',
    description:
      'For RTMP or WHIP. A channel has at most one: delete it, then create another, to change the key. One that the ' +
      'video service has lost is replaced.',
    body: IngressRequest,
    response: Ingress,
    status: 201,
    refusals: { 409: 'INGRESS_EXISTS', 503: MEDIA_AWAY },
    handler: async (ctx, { actor, body }) =>
      reply(await createIngress(ctx, actor.userId, { type: body.ingressType, quality: body.quality }), {
        message: 'Stream key created successfully',
      }),
  }),
  endpoint({
    ...common,
    method: 'delete',
    path: '/stream/ingress',
    summary: 'Delete my stream key',
    description: 'What it feeds loses its picture, and ends after the grace.',
    response: Nothing,
    refusals: { 404: 'INGRESS_NOT_FOUND', 503: MEDIA_AWAY },
    handler: async (ctx, { actor }) => {
      await deleteIngress(ctx, actor.userId);
      return reply({}, { message: 'Stream key deleted successfully' });
    },
  }),
  endpoint({
    ...common,
    method: 'get',
    path: '/stream/credentials',
    summary: 'My server URL and stream key',
    response: Ingress,
    refusals: { 404: 'INGRESS_NOT_FOUND' },
    handler: (ctx, { actor }) => getCredentials(ctx, actor.userId),
  }),
  endpoint({
    ...common,
    method: 'get',
    path: '/stream/info',
    summary: 'My channel',
    response: Channel,
    handler: async (ctx, { actor }) => presentChannel(await ownChannelState(ctx, actor.userId)),
  }),
  endpoint({
    ...common,
    method: 'put',
    path: '/stream/info',
    summary: 'Change title, description, category, picture or video quality of my channel',
    description:
      'Also of the stream that is live or prepared; its room gets `stream-updated`. An encoder that is sending keeps ' +
      'its quality until it stops.',
    body: ChannelChanges,
    response: Channel,
    refusals: { 409: 'CHANGED_MEANWHILE' },
    handler: async (ctx, { actor, body }) =>
      reply(await changeInfo(ctx, actor.userId, body), { message: 'Stream info updated successfully' }),
  }),
  endpoint({
    ...common,
    method: 'put',
    path: '/stream/chat-settings',
    summary: 'Who may write in my rooms, how often, and with what delay',
    description: 'The open room hears at once.',
    body: ChatSettings,
    response: ChatPolicy,
    refusals: { 409: 'CHANGED_MEANWHILE' },
    handler: async (ctx, { actor, body }) =>
      reply(await changeChatSettings(ctx, actor.userId, body), { message: 'Chat settings updated successfully' }),
  }),
  endpoint({
    ...common,
    method: 'get',
    path: '/stream/status',
    summary: 'Whether I am live, how many watch, and how my encoder is doing',
    response: Status,
    handler: (ctx, { actor }) => readStatus(ctx, actor.userId),
  }),
  endpoint({
    ...common,
    method: 'post',
    path: '/stream/creator-token',
    summary: 'A token to watch or publish my own stream',
    description: 'To `publish` replaces what publishes from another browser; an encoder goes on beside it.',
    body: CreatorTokenRequest,
    response: CreatorToken,
    handler: (ctx, { actor, body }) => issueCreatorToken(ctx, actor.userId, body.purpose),
  }),
  endpoint({
    ...common,
    method: 'post',
    path: '/stream/thumbnail',
    summary: "Upload my channel's picture",
    upload: { contentType: 'multipart/form-data', schema: ThumbnailUpload },
    response: Channel,
    refusals: { 409: 'CHANGED_MEANWHILE', 413: 'FILE_TOO_LARGE', 503: 'MEDIA_STORE_UNAVAILABLE or IMAGES_UNAVAILABLE' },
    handler: (ctx, { actor, request }) => uploadThumbnail(ctx, actor.userId, request),
  }),
  endpoint({
    ...common,
    method: 'get',
    path: '/stream/moderators',
    summary: 'My moderators',
    query: ModeratorsQuery,
    response: ModeratorPage,
    handler: (ctx, { actor, query }) => listModerators(ctx, actor.userId, query),
  }),
  endpoint({
    ...common,
    method: 'put',
    path: '/stream/moderators/{userId}',
    summary: 'Name a moderator',
    params: UserParam,
    response: Nothing,
    refusals: { 404: 'USER_NOT_FOUND', 409: 'MODERATOR_NOT_POSSIBLE or TOO_MANY_MODERATORS' },
    handler: async (ctx, { actor, params }) => {
      await nameModerator(ctx, actor.userId, params.userId);
      return {};
    },
  }),
  endpoint({
    ...common,
    method: 'delete',
    path: '/stream/moderators/{userId}',
    summary: 'Remove a moderator',
    params: UserParam,
    response: Nothing,
    refusals: { 404: 'USER_NOT_FOUND' },
    handler: async (ctx, { actor, params }) => {
      await removeModerator(ctx, actor.userId, params.userId);
      return {};
    },
  }),
];

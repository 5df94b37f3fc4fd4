/** The emotes of a creator, for chat. */
import { z } from '@hono/zod-openapi';
import { FORM_REFUSALS, fileError } from '@/domains/base/media/errors';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { imagesError } from '@/providers/images-errors';
import { addEmote, removeEmote } from './add';
import { emoteError } from './errors';
import { listEmotes } from './list';
import { Emote, EmoteList, NewEmoteForm } from './schemas';

const tag = 'stream';

export const emoteEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'listEmotes',
    method: 'get',
    path: '/stream/emotes/{creatorId}',
    tag,
    summary: "A creator's emotes, oldest first",
    description: 'A message shows an emote where it has its name between colons: `emotes` of `new-message` says where.',
    who: 'optional',
    params: z.strictObject({ creatorId: z.string().min(1) }),
    response: EmoteList,
    refusals: [emoteError.CREATOR_NOT_FOUND],
    handler: (ctx, { actor, params }) => listEmotes(ctx, actor, params.creatorId),
  }),
  endpoint({
    operationId: 'addEmote',
    method: 'post',
    path: '/stream/emotes',
    tag,
    summary: 'Add an emote to my channel',
    description:
      'PNG, WebP or GIF up to 1 MB, in the field `file`. It is drawn as squares of 28, 56 and 112 pixels, with transparent ' +
      'margins. A GIF stays animated where the server can draw animations. A channel has up to 50. Open rooms use it at once.',
    who: 'creator',
    upload: { contentType: 'multipart/form-data', schema: NewEmoteForm },
    response: Emote,
    status: 201,
    refusals: [
      ...FORM_REFUSALS,
      imagesError.IMAGES_UNAVAILABLE,
      emoteError.EMOTE_NAME_TAKEN,
      emoteError.TOO_MANY_EMOTES,
      fileError.UPLOAD_CONFLICT,
    ],
    handler: (ctx, { actor, request }) => addEmote(ctx, actor.userId, request),
  }),
  endpoint({
    operationId: 'removeEmote',
    method: 'delete',
    path: '/stream/emotes/{id}',
    tag,
    summary: 'Remove one of my emotes',
    description:
      'Its name is free at once, and no new message shows it. Messages that already do keep it for as long as their rooms ' +
      'keep them.',
    who: 'creator',
    params: z.strictObject({ id: z.uuid().toLowerCase() }),
    response: Nothing,
    refusals: [emoteError.EMOTE_NOT_FOUND],
    handler: async (ctx, { actor, params }) => {
      await removeEmote(ctx, actor.userId, params.id);
      return {};
    },
  }),
];

/** Wire shapes of rooms: joining, the video token, and the viewers. */
import { z } from '@hono/zod-openapi';
import { LINK_RULES } from '@/contracts/chat-rules';
import { SOURCES } from '@/contracts/room-figures';
import { PublicCard } from '@/domains/base/users/schemas';
import { orNull } from '@/http/envelope';
import { aText } from '@/http/fields';
import { asPasted } from '@/shared/text';

const REASON_CHARACTERS_MAX = 300;

/** An id of any form: an unknown one is 404, not 422. */
export const anId = z.string().min(1);

/** An empty reason is the same as none. */
export const aReason = aText(REASON_CHARACTERS_MAX);

export const MediaToken = z
  .object({
    provider: z.enum(['livekit', 'agora']),
    token: z.string(),
    serverUrl: z.string().openapi({ description: "LiveKit's WebSocket URL, or Agora's app id." }),
    room: z.string(),
    identity: z.string(),
    expiresAt: z.iso.datetime(),
  })
  .openapi('MediaToken');

const Visitor = z.object({ id: z.string(), kind: z.enum(['user', 'guest']) }).openapi('Visitor');
const guestToken = z
  .string()
  .optional()
  .openapi({ description: 'For guests: keep it, and send it as `x-guest-token` to remain the same guest.' });

export const StreamToken = MediaToken.extend({
  streamId: z.uuid(),
  role: z.enum(['publisher', 'subscriber']),
  viewer: Visitor,
  guestToken,
}).openapi('StreamToken');

export const TokenRequest = z
  .strictObject({ streamId: anId, hostId: anId, username: anId.overwrite(asPasted) })
  .partial()
  .refine((names) => Object.keys(names).length === 1, 'give exactly one of streamId, hostId and username')
  .openapi('TokenRequest', { minProperties: 1, maxProperties: 1 });

export const JoinRequest = z
  .strictObject({
    source: z.enum(SOURCES).optional().openapi({
      description: 'How the viewer found the stream, `link` if absent. Only its creator sees how many came from where.',
    }),
  })
  .openapi('JoinRequest');

export const Policy = z
  .object({
    isChatEnabled: z.boolean(),
    isChatDelayed: z.boolean(),
    chatDelaySeconds: z.int(),
    isChatFollowersOnly: z.boolean(),
    isChatSubscribersOnly: z.boolean(),
    slowModeSeconds: z.int(),
    minFollowMinutes: z.int(),
    minAccountHours: z.int(),
    links: z.enum(LINK_RULES),
    emotesOnly: z.boolean(),
    holdFirstMessages: z.boolean(),
  })
  .openapi('RoomPolicy', { description: "The channel's rules for writing. Blocked words are not shown." });

export const Joined = z
  .object({
    streamId: z.uuid(),
    pass: z.string().openapi({ description: 'Works once.' }),
    passSeconds: z.int(),
    wsUrl: z.string(),
    viewer: Visitor,
    guestToken,
    media: orNull(MediaToken).openapi({ description: 'Null until the stream is live.' }),
    policy: Policy,
    viewerCount: z.int(),
    blockedIds: z.array(z.string()).openapi({
      description:
        'The 500 users you blocked last: hide their messages in `welcome`, in replays and live. Changes arrive as a ' +
        '`user-notification` of kind `block-changed`, with `data: { userId, blocked }`.',
    }),
  })
  .openapi('Joined');

export const ViewerList = z
  .object({
    users: z.array(PublicCard),
    guests: z
      .int()
      .openapi({ description: 'Includes users who do not want to be named, and those past the first 500.' }),
    guestIds: z
      .array(z.string())
      .optional()
      .openapi({ description: 'Of the first 500 guests. Only for those who may kick them.' }),
    total: z.int(),
  })
  .openapi('ViewerList');

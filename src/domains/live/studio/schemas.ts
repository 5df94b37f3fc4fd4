/** Wire shapes of a creator's own channel: responses and inputs. */
import { z } from '@hono/zod-openapi';
import { LINK_RULES } from '@/contracts/chat-rules';
import { VISIBILITIES } from '@/contracts/room-command';
import { REACTION_KINDS } from '@/contracts/room-figures';
import { PublicCard } from '@/domains/base/users/schemas';
import { QUALITIES } from '@/domains/live/channels/tables';
import { aboutShow, aPicture, Stream } from '@/domains/live/streams/schemas';
import { orNull, pageOf, pageQuery } from '@/http/envelope';
import { aLine } from '@/http/fields';
import { namesAWord } from '@/shared/blocked-words';

const ID_CHARACTERS_MAX = 64;
const DELAY_SECONDS_MAX = 300;
const SLOW_MODE_SECONDS_MAX = 3_600;
const BLOCKED_WORDS_MAX = 200;
const BLOCKED_WORD_CHARACTERS_MAX = 50;
/** 90 days. */
const FOLLOW_MINUTES_MAX = 129_600;
/** A year. */
const ACCOUNT_HOURS_MAX = 8_760;

export const ENCODER_STATES = ['off', 'connected', 'error', 'refused'] as const;

const time = z.iso.datetime();

// --- The stream key

const INGRESS_TYPES = ['RTMP', 'WHIP'] as const;

const quality = z.enum(QUALITIES).openapi({
  description:
    '`1080p`, `720p`: viewers get several sizes up to this one. `source`: one size, as it is sent. WHIP is then not ' +
    'transcoded.',
});

export const IngressRequest = z
  .strictObject({ ingressType: z.enum(INGRESS_TYPES), quality: quality.optional() })
  .openapi('IngressRequest');

export const Ingress = z
  .object({
    ingressId: z.string(),
    ingressType: z.enum(INGRESS_TYPES),
    quality,
    serverUrl: z.string(),
    streamKey: z.string(),
    lost: z.boolean().openapi({
      description: 'The video service no longer has this key. Create a new one with `POST /stream/ingress`.',
    }),
    userId: z.uuid(),
  })
  .openapi('Ingress');

// --- The channel

const BLOCKED_WORDS =
  'Whole words and phrases, whatever their case, accents and look-alike letters. `*` stands for any letters of a word. A ' +
  'text alone refuses the message; with the action `hold` the message waits for a moderator.';

const policy = {
  isChatEnabled: z.boolean(),
  isChatDelayed: z.boolean(),
  isChatFollowersOnly: z.boolean(),
  isChatSubscribersOnly: z.boolean(),
  chatDelaySeconds: z.int(),
  slowModeSeconds: z.int(),
  minFollowMinutes: z.int(),
  minAccountHours: z.int(),
  links: z.enum(LINK_RULES),
  emotesOnly: z.boolean(),
  holdFirstMessages: z.boolean(),
  blockedWords: z
    .array(z.union([z.string(), z.object({ text: z.string(), action: z.literal('hold') })]))
    .openapi({ description: BLOCKED_WORDS }),
};

export const Channel = z
  .object({
    id: z.uuid(),
    title: z.string(),
    description: z.string(),
    category: z.string().nullable(),
    thumbnail: z.string().nullable(),
    isLive: z.boolean(),
    quality,
    ...policy,
    currentStreamId: z.uuid().nullable().openapi({ description: 'The live stream, or else the prepared one.' }),
    userId: z.uuid(),
    createdAt: time,
    updatedAt: time,
  })
  .openapi('Channel');

const details = { ...aboutShow, thumbnail: aPicture };

export const ChannelChanges = z
  .strictObject({ ...details, quality })
  .partial()
  .openapi('ChannelChanges');

export const NewStream = z
  .strictObject({
    ...details,
    visibility: z.enum(VISIBILITIES).openapi({ description: 'Who may enter; `private`: only the creator.' }),
    showViewers: z.boolean(),
  })
  .partial()
  .openapi('NewStream');

const blockedText = aLine(BLOCKED_WORD_CHARACTERS_MAX).refine(
  (text) => text === '' || namesAWord(text),
  'must hold more than * and blanks',
);
const blockedWord = z.union(
  [blockedText, z.strictObject({ text: blockedText, action: z.enum(['refuse', 'hold']) })],
  'must be a text, or { text, action } with the action refuse or hold',
);

export const ChatSettings = z
  .strictObject({
    isChatEnabled: z.boolean(),
    isChatDelayed: z.boolean().openapi({ description: 'True without `chatDelaySeconds` means 5 seconds.' }),
    chatDelaySeconds: z.int().min(0).max(DELAY_SECONDS_MAX),
    isChatFollowersOnly: z.boolean(),
    isChatSubscribersOnly: z.boolean(),
    slowModeSeconds: z.int().min(0).max(SLOW_MODE_SECONDS_MAX),
    minFollowMinutes: z.int().min(0).max(FOLLOW_MINUTES_MAX).openapi({
      description: 'Above 0, only subscribers write, and followers of this age.',
    }),
    minAccountHours: z.int().min(0).max(ACCOUNT_HOURS_MAX),
    links: z.enum(LINK_RULES).openapi({
      description: '`hold`: a message with a link waits for a moderator. `moderators`: only they post links.',
    }),
    emotesOnly: z.boolean(),
    holdFirstMessages: z.boolean().openapi({
      description: 'The messages of a writer wait for a moderator until one of them was shown in the channel.',
    }),
    blockedWords: z.array(blockedWord).max(BLOCKED_WORDS_MAX).openapi({ description: BLOCKED_WORDS }),
  })
  .partial()
  .refine(
    ({ isChatDelayed, chatDelaySeconds }) =>
      isChatDelayed === undefined || chatDelaySeconds === undefined || isChatDelayed === chatDelaySeconds > 0,
    { path: ['chatDelaySeconds'], message: 'must be above 0 exactly if isChatDelayed is true' },
  )
  .openapi('ChatSettings', {
    example: { slowModeSeconds: 5, links: 'hold', blockedWords: ['free coins*', { text: 'spoiler', action: 'hold' }] },
  });

export const ChatPolicy = z.object(policy).openapi('ChatPolicy');

export const Status = z
  .object({
    isLive: z.boolean(),
    reconnecting: z
      .boolean()
      .openapi({ description: 'The encoder was lost, and the stream waits for it to come back.' }),
    viewerCount: z.int(),
    title: z.string(),
    thumbnail: z.string().nullable(),
    isChatEnabled: z.boolean(),
    isChatDelayed: z.boolean(),
    isChatFollowersOnly: z.boolean(),
    currentStreamId: z.uuid().nullable(),
    startedAt: time.nullable(),
    next: orNull(
      z
        .object({
          streamId: z.uuid(),
          title: z.string(),
          visibility: z.enum(VISIBILITIES),
          scheduledFor: time.nullable(),
        })
        .openapi('NextStream'),
    ).openapi({
      description: 'The stream that the next encoder takes live. Null: a public stream with the channel’s defaults.',
    }),
    quality,
    encoder: z.enum(ENCODER_STATES).openapi({
      description:
        '`refused`: you ended the last show while the encoder was running. It is allowed again after a minute, or ' +
        'as soon as you prepare or start the next stream.',
    }),
    lastError: z.string().nullable().openapi({ description: "The error of the encoder's newest session." }),
    input: orNull(
      z.object({ width: z.int(), height: z.int(), fps: z.int(), kbps: z.int() }).openapi('EncoderInput'),
    ).openapi({ description: 'The format that the encoder sends.' }),
  })
  .openapi('StreamStatus');

export const ThumbnailUpload = z
  .strictObject({ thumbnail: z.string().openapi({ format: 'binary' }) })
  .openapi('Thumbnail');

// --- Tokens

export const CreatorTokenRequest = z
  .strictObject({ purpose: z.enum(['watch', 'publish']).optional().openapi({ description: 'Default: `watch`.' }) })
  .openapi('CreatorTokenRequest');

export const CreatorToken = z
  .object({
    purpose: z.enum(['watch', 'publish']),
    provider: z.enum(['livekit', 'agora']),
    token: z.string(),
    serverUrl: z.string(),
    room: z.string(),
    identity: z.string(),
    expiresAt: time,
  })
  .openapi('CreatorToken');

// --- Past streams

export const PastQuery = z.strictObject(pageQuery);

export const PastStreamPage = pageOf(
  Stream.extend({
    figures: z
      .object({
        uniqueViewers: z.int(),
        peakViewers: z.int(),
        watchSeconds: z.int(),
        messages: z.int(),
        reactions: z.partialRecord(z.enum(REACTION_KINDS), z.int()),
      })
      .nullable()
      .openapi({ description: "The room's figures. Null if nobody came, or the room has not reported yet." }),
  }).openapi('PastStream'),
);

// --- Moderators

export const ModeratorsQuery = z.strictObject(pageQuery);
export const UserParam = z.object({ userId: z.string().min(1).max(ID_CHARACTERS_MAX) });
const Moderator = PublicCard.extend({ since: time }).openapi('Moderator');
export const ModeratorPage = pageOf(Moderator);

/** Wire shapes of streams: the card that lists show, and what requests may say. */
import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { Category } from '@/domains/live/channels/categories';
import { orNull, pageOf, pageQuery } from '@/http/envelope';
import { aLine, aText, optionalSearchText, searchText } from '@/http/fields';
import { VISIBILITIES } from './tables';

const TITLE_CHARACTERS_MAX = 140;
const DESCRIPTION_CHARACTERS_MAX = 2_000;
const REASON_CHARACTERS_MAX = 300;
const URL_CHARACTERS_MAX = 500;

export const STREAM_STATUSES = ['scheduled', 'live', 'ended', 'cancelled'] as const;
export const CREATOR_TYPES = ['creator', 'dj', 'performer'] as const;

const time = z.iso.datetime();

export const Stream = z
  .object({
    id: z.uuid(),
    creatorId: z.uuid(),
    creatorType: z.enum(CREATOR_TYPES),
    creator: PublicCard,
    title: z.string(),
    description: z.string(),
    category: z.string().nullable(),
    thumbnailUrl: z.string().nullable(),
    visibility: z.enum(VISIBILITIES),
    showViewers: z.boolean().openapi({
      description:
        'To its creator and staff what was chosen for it; to others also false where the creator never shows who is watching.',
    }),
    status: z.enum(STREAM_STATUSES),
    reconnecting: z.boolean().openapi({ description: 'Live, and waiting for the encoder to come back.' }),
    scheduledFor: time.nullable(),
    startTime: time.nullable(),
    endTime: time.nullable(),
    viewerCount: z.int(),
    peakViewers: z.int(),
    recordingUrl: z.string().nullable(),
    earnings: z.int().optional().openapi({ description: 'Diamonds. For the creator and staff.' }),
    createdAt: time,
  })
  .openapi('Stream');

export const StreamPage = pageOf(Stream);

/** Beside `items` and `pagination`, the names that older clients know. */
export const LiveStreamPage = StreamPage.extend({
  streams: z.array(Stream),
  total: z.int(),
  page: z.int(),
  perPage: z.int(),
});

/** Whatever its form: an id that nothing has is 404, not 422. */
export const anId = z.string().min(1);

/** Empty is the same as none. */
export const aReason = aText(REASON_CHARACTERS_MAX);

/** What a channel and a stream say of themselves. */
export const aboutShow = {
  title: aLine(TITLE_CHARACTERS_MAX),
  description: aText(DESCRIPTION_CHARACTERS_MAX),
  category: Category.nullable(),
};
export const aPicture = z
  .string()
  .max(URL_CHARACTERS_MAX)
  .nullable()
  .openapi({ description: 'The URL of a picture uploaded here; null for none.' });

const details = {
  ...aboutShow,
  thumbnailUrl: aPicture,
  visibility: z.enum(VISIBILITIES).openapi({ description: 'Who may enter; `private`: the creator alone.' }),
  showViewers: z.boolean(),
  scheduledFor: z.iso.datetime({ offset: true }).nullable().openapi({
    description:
      'In the future, at most a year away; null: a draft, which no encoder takes live and which is kept for 30 days.',
  }),
};

export const NewSession = z.strictObject(details).partial().openapi('NewSession');
export const SessionChanges = z.strictObject(details).partial().openapi('SessionChanges');

export const SORTS = ['newest', 'viewers', 'scheduled'] as const;

export const StreamListQuery = z
  .strictObject({
    ...pageQuery,
    status: z.enum(STREAM_STATUSES).optional(),
    creatorId: anId.optional(),
    q: optionalSearchText.openapi({
      description: 'Words of title, description or category; the last may be unfinished, from two letters on.',
    }),
    sort: z
      .enum(SORTS)
      .default('newest')
      .openapi({
        description:
          '`viewers`: of live streams the most watched now, of ended ones at their peak; live ones if no status is ' +
          'given; guests from one address count for at most five. `scheduled`: those with a date, soonest first.',
      }),
  })
  .refine(({ sort, status }) => sort !== 'scheduled' || !status || status === 'scheduled', {
    path: ['sort'],
    message: 'sorts scheduled streams alone',
  })
  .refine(({ sort, status }) => sort !== 'viewers' || !status || status === 'live' || status === 'ended', {
    path: ['sort'],
    message: 'sorts live or ended streams alone',
  });

export const LiveListQuery = z.strictObject({
  ...pageQuery,
  q: optionalSearchText.openapi({ description: 'As of `GET /sessions`.' }),
  sort: z.enum(['newest', 'viewers']).default('newest'),
});

export const StreamSearchQuery = z.strictObject({
  ...pageQuery,
  q: searchText.openapi({ description: 'As of `GET /sessions`; required here.' }),
  status: z.enum(STREAM_STATUSES).optional(),
});

export const MediaToken = z
  .object({
    provider: z.enum(['livekit', 'agora']),
    token: z.string(),
    serverUrl: z.string().openapi({ description: "LiveKit's WebSocket URL, or Agora's app id." }),
    room: z.string(),
    identity: z.string(),
    expiresAt: time,
  })
  .openapi('MediaToken');

const Visitor = z.object({ id: z.string(), kind: z.enum(['user', 'guest']) }).openapi('Visitor');
const guestToken = z
  .string()
  .optional()
  .openapi({ description: 'For guests: keep it, and send it as x-guest-token to be the same guest again.' });

export const StreamToken = MediaToken.extend({
  streamId: z.uuid(),
  role: z.enum(['publisher', 'subscriber']),
  viewer: Visitor,
  guestToken,
}).openapi('StreamToken');

export const StartedSession = z.object({ stream: Stream, token: MediaToken }).openapi('StartedSession');

export const TokenRequest = z
  .strictObject({ streamId: anId, hostId: anId, username: anId })
  .partial()
  .refine((names) => Object.keys(names).length === 1, 'name one of streamId, hostId and username')
  .openapi('TokenRequest');

export const Policy = z
  .object({
    chatEnabled: z.boolean(),
    chatDelaySeconds: z.int(),
    followersOnly: z.boolean(),
    subscribersOnly: z.boolean(),
    slowModeSeconds: z.int(),
  })
  .openapi('RoomPolicy', { description: 'What a channel lets viewers write; its blocked words are not told.' });

export const Joined = z
  .object({
    streamId: z.uuid(),
    pass: z.string().openapi({ description: 'Opens the room once.' }),
    passSeconds: z.int(),
    wsUrl: z.string(),
    viewer: Visitor,
    guestToken,
    media: orNull(MediaToken).openapi({ description: 'Null until the stream is live.' }),
    policy: Policy,
    viewerCount: z.int(),
    blockedIds: z.array(z.string()).openapi({
      description:
        'The 500 users whom you blocked last: hide their messages in `welcome`, in replays and live. A change comes as ' +
        '`user-notification` of kind `block-changed`, with `data: { userId, blocked }`.',
    }),
  })
  .openapi('Joined');

export const ViewerList = z
  .object({
    users: z.array(
      z.object({
        id: z.string(),
        username: z.string(),
        displayName: z.string(),
        avatarUrl: z.string().nullable(),
      }),
    ),
    guests: z.int().openapi({ description: 'And performers who want not to be named.' }),
    total: z.int(),
  })
  .openapi('ViewerList');

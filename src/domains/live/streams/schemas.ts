/** Wire shapes of streams: the card that lists show, and what requests may say. */
import { z } from '@hono/zod-openapi';
import { VISIBILITIES } from '@/contracts/room';
import { PublicCard } from '@/domains/base/users/schemas';
import { Category } from '@/domains/live/channels/categories';
import { anId, MediaToken } from '@/domains/live/rooms/schemas';
import { pageOf, pageQuery } from '@/http/envelope';
import { aLine, aText, optionalSearchText, searchText } from '@/http/fields';

const TITLE_CHARACTERS_MAX = 140;
const DESCRIPTION_CHARACTERS_MAX = 2_000;
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

export const StartedSession = z.object({ stream: Stream, token: MediaToken }).openapi('StartedSession');

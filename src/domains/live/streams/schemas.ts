/** Wire shapes of streams: the card in lists, and the inputs. */
import { z } from '@hono/zod-openapi';
import { SessionProduct, Showcase } from '@/contracts/product';
import { VISIBILITIES } from '@/contracts/room-command';
import { PublicCard } from '@/domains/base/users/schemas';
import { Category } from '@/domains/live/channels/categories';
import { Poll } from '@/domains/live/rooms/poll-schemas';
import { anId, MediaToken } from '@/domains/live/rooms/schemas';
import { orNull, pageOf, pageQuery } from '@/http/envelope';
import { aLine, aLink, aText, optionalSearchText, searchText } from '@/http/fields';

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
        'The creator and staff see the setting of this stream. For others it is also false if the creator never shows ' +
        'who is watching.',
    }),
    status: z.enum(STREAM_STATUSES),
    reconnecting: z.boolean().openapi({ description: 'The stream is live and waits for the encoder to come back.' }),
    scheduledFor: time.nullable(),
    startTime: time.nullable(),
    endTime: time.nullable(),
    viewerCount: z.int(),
    peakViewers: z.int(),
    recordingUrl: z.string().nullable(),
    recordingAllowed: z.boolean().openapi({
      description: 'False: its performer wants nobody to record it. Footlight itself records nothing.',
    }),
    earnings: z.int().optional().openapi({ description: 'In diamonds. Only for the creator and staff.' }),
    createdAt: time,
    polls: z.array(Poll).optional().openapi({ description: 'Those that have ended. Only in `GET /sessions/{id}`.' }),
    products: z.array(SessionProduct).optional().openapi({ description: 'Only in `GET /sessions/{id}`.' }),
    showcase: orNull(Showcase).optional().openapi({
      description: 'The product that it shows now; null if it shows none. Only in `GET /sessions/{id}`.',
    }),
    hidden: z.literal(true).optional().openapi({
      description: 'Reports hid it, or staff removed it: only its creator and staff see it.',
    }),
  })
  .openapi('Stream');

export const StreamPage = pageOf(Stream);

/** In addition to `items` and `pagination`, the names that older clients use. */
export const LiveStreamPage = StreamPage.extend({
  streams: z.array(Stream),
  total: z.int(),
  page: z.int(),
  perPage: z.int(),
});

/** The text fields shared by channels and streams. */
export const aboutShow = {
  title: aLine(TITLE_CHARACTERS_MAX),
  description: aText(DESCRIPTION_CHARACTERS_MAX),
  category: Category.nullable(),
};
export const aPicture = aLink(URL_CHARACTERS_MAX)
  .nullable()
  .openapi({ description: 'The URL of an image that was uploaded here; null for none.' });

const details = {
  ...aboutShow,
  thumbnailUrl: aPicture,
  visibility: z.enum(VISIBILITIES).openapi({ description: 'Who may enter; `private`: only the creator.' }),
  showViewers: z.boolean(),
  scheduledFor: z.iso.datetime({ offset: true }).nullable().openapi({
    description:
      'In the future, at most a year away. Null for a draft: no encoder takes it live, and it is kept for 30 days.',
  }),
};

export const NewSession = z.strictObject(details).partial().openapi('NewSession');
export const SessionChanges = z.strictObject(details).partial().openapi('SessionChanges');

const { scheduledFor: _, ...detailsNow } = details;
const streamId = anId.optional().openapi({ description: 'One of my streams.' });
export const StageStart = z
  .strictObject({ streamId, ...z.strictObject(detailsNow).partial().shape })
  .openapi('StageStart');
export const StageEnd = z.strictObject({ streamId }).openapi('StageEnd');

export const SORTS = ['newest', 'viewers', 'scheduled'] as const;

export const StreamListQuery = z
  .strictObject({
    ...pageQuery,
    status: z.enum(STREAM_STATUSES).optional(),
    creatorId: anId.optional(),
    q: optionalSearchText.openapi({
      description:
        'Words from the title, description or category. The last word may be incomplete, from two letters on.',
    }),
    sort: z
      .enum(SORTS)
      .default('newest')
      .openapi({
        description:
          '`viewers`: by current viewers for live streams, by peak for ended ones; without `status`, only live ones. ' +
          'Guests from one address count for at most five. `scheduled`: streams with a date, soonest first.',
      }),
  })
  .refine(({ sort, status }) => sort !== 'scheduled' || !status || status === 'scheduled', {
    path: ['sort'],
    message: 'can only sort scheduled streams',
  })
  .refine(({ sort, status }) => sort !== 'viewers' || !status || status === 'live' || status === 'ended', {
    path: ['sort'],
    message: 'can only sort live or ended streams',
  });

export const LiveListQuery = z.strictObject({
  ...pageQuery,
  q: optionalSearchText.openapi({ description: 'As in `GET /sessions`.' }),
  sort: z.enum(['newest', 'viewers']).default('newest'),
});

export const StreamSearchQuery = z.strictObject({
  ...pageQuery,
  q: searchText.openapi({ description: 'As in `GET /sessions`, but required.' }),
  status: z.enum(STREAM_STATUSES).optional(),
});

export const StartedSession = z.object({ stream: Stream, token: MediaToken }).openapi('StartedSession');

/** Wire shapes of tracks and set lists. */
import { z } from '@hono/zod-openapi';
import { anId } from '@/domains/live/rooms/schemas';
import { orNull, pageOf, pageQuery } from '@/http/envelope';
import { aLine, aLink, inQuery, optionalSearchText } from '@/http/fields';
import { BPM_MAX, GENRE_CHARACTERS_MAX, KEY_CHARACTERS_MAX, NAME_CHARACTERS_MAX } from './limits';
import { REJECTION_REASONS, SCAN_VERDICTS, TRACK_STATUSES } from './tables';
import { roundTempo } from './tempo';

const SECONDS_MAX = 1_000_000;
const URL_CHARACTERS_MAX = 500;

const aName = aLine(NAME_CHARACTERS_MAX);
const aGenre = aLine(GENRE_CHARACTERS_MAX);
const aKey = aLine(KEY_CHARACTERS_MAX);
const seconds = z.number().openapi({ description: 'Seconds.' });

export const PublicTrack = z
  .object({
    id: z.uuid().nullable().openapi({ description: 'Null if its title was typed, or the track was deleted.' }),
    title: z.string(),
    artist: z.string().nullable(),
    coverUrl: z.string().nullable(),
    duration: seconds.nullable(),
  })
  .openapi('PublicTrack');

const TrackMetadata = z
  .object({
    container: z.string().nullable(),
    codec: z.string().nullable(),
    lossless: z.boolean().nullable(),
    bitrate: z.int().nullable().openapi({ description: 'Bits per second.' }),
    sampleRate: z.int().nullable(),
    channels: z.int().nullable(),
    year: z.int().nullable(),
    trackNumber: z.int().nullable(),
  })
  .openapi('TrackMetadata');

const ScanResults = z
  .object({
    verdict: z.enum(SCAN_VERDICTS).openapi({ description: '`none`: no scanner was configured.' }),
    at: z.iso.datetime(),
    engine: z.enum(['clamd']).nullable(),
  })
  .openapi('ScanResults');

export const Track = z
  .object({
    id: z.uuid(),
    djId: z.uuid(),
    title: z.string(),
    artist: z.string().nullable(),
    album: z.string().nullable(),
    genre: z.string().nullable(),
    bpm: z.number().nullable(),
    key: z.string().nullable(),
    coverUrl: z.string().nullable(),
    duration: seconds.nullable().openapi({ description: 'Seconds; null until the file was read.' }),
    fileUrl: z.string().nullable().openapi({
      description:
        'Plays for two hours at most, also in an audio element. Null unless it is ready, and while it is muted.',
    }),
    fileSize: z.int(),
    contentType: z.string(),
    metadata: orNull(TrackMetadata),
    status: z.enum(TRACK_STATUSES),
    reason: z.enum(REJECTION_REASONS).optional(),
    duplicateOf: z.uuid().optional(),
    scanned: z.boolean().openapi({ description: 'Whether a virus scanner looked at the whole file.' }),
    scanResults: orNull(ScanResults),
    plays: z.int(),
    hidden: z
      .literal(true)
      .optional()
      .openapi({ description: 'Nobody hears it: a claim about it is being decided, or our staff removed it.' }),
    uploadDate: z.iso.datetime(),
    updatedAt: z.iso.datetime(),
  })
  .openapi('Track');

export const TrackPage = pageOf(Track).openapi('TrackPage');

const TRACK_SORTS = ['newest', 'title', 'artist', 'duration', 'plays'] as const;
export type TrackSort = (typeof TRACK_SORTS)[number];

const bpmBound = inQuery(z.number().min(0).max(BPM_MAX)).optional();
const secondsBound = inQuery(z.number().min(0).max(SECONDS_MAX)).optional();

/** As ranges of days are, a range that can hold nothing is refused. */
function isInOrder(min: number | undefined, max: number | undefined): boolean {
  return min === undefined || max === undefined || min <= max;
}

export const TrackQuery = z
  .strictObject({
    ...pageQuery,
    q: optionalSearchText.openapi({ description: 'Words of title, artist and album.' }),
    genre: aGenre.optional(),
    key: aKey.optional(),
    bpmMin: bpmBound,
    bpmMax: bpmBound,
    durationMin: secondsBound,
    durationMax: secondsBound,
    status: z.enum(TRACK_STATUSES).optional(),
    sort: z.enum(TRACK_SORTS).default('newest'),
  })
  .refine(({ bpmMin, bpmMax }) => isInOrder(bpmMin, bpmMax), {
    path: ['bpmMin'],
    message: 'must not be above `bpmMax`',
  })
  .refine(({ durationMin, durationMax }) => isInOrder(durationMin, durationMax), {
    path: ['durationMin'],
    message: 'must not be above `durationMax`',
  });

export const TrackFields = z.strictObject({ title: aName.optional() });

/** Only for the document: the form is read as it arrives. */
export const TrackForm = TrackFields.extend({ file: z.string().openapi({ format: 'binary' }) }).openapi('TrackForm');

export const UploadedTrack = z.strictObject({ uploadId: anId, title: aName.optional() }).openapi('UploadedTrack');

export const TrackChanges = z
  .strictObject({
    title: aName,
    artist: aName.nullable(),
    album: aName.nullable(),
    genre: aGenre.nullable(),
    bpm: z.number().min(1).max(BPM_MAX).overwrite(roundTempo).nullable().openapi({
      description: 'Rounded to hundredths.',
    }),
    key: aKey.nullable(),
    coverUrl: aLink(URL_CHARACTERS_MAX).nullable().openapi({
      description: 'The URL of one of your thumbnails, which is copied. Null removes the cover.',
    }),
    coverUploadId: anId.openapi({ description: 'The id of an upload of the kind `image`.' }),
  })
  .partial()
  .refine(({ coverUrl, coverUploadId }) => coverUrl === undefined || coverUploadId === undefined, {
    path: ['coverUploadId'],
    message: 'must not be sent with coverUrl',
  })
  .openapi('TrackChanges');

const hidden = z.boolean().openapi({ description: 'Neither the room nor the set list of others shows it.' });

export const NewNowPlaying = z
  .union(
    [
      z.strictObject({ trackId: anId, hidden: hidden.optional() }),
      z.strictObject({ title: aName, artist: aName.nullable().optional(), hidden: hidden.optional() }),
      z.strictObject({ trackId: z.null() }),
    ],
    'must have either a `trackId`, which is null for nothing, or a `title`, to which you may add an `artist`',
  )
  .openapi('NewNowPlaying');

export const NowPlaying = z
  .object({
    streamId: z.uuid(),
    entryId: z.uuid().nullable().openapi({ description: 'Its entry in the set list.' }),
    track: orNull(PublicTrack),
    startedAt: z.iso.datetime().nullable(),
    hidden: z.boolean(),
  })
  .openapi('NowPlaying');

export const SetListEntry = z
  .object({
    id: z.uuid(),
    track: PublicTrack,
    startedAt: z.iso.datetime(),
    offsetSeconds: z.number().openapi({ description: 'From the beginning of the stream.' }),
    hidden: z.boolean().optional().openapi({ description: 'For the DJ and staff: others do not see it.' }),
  })
  .openapi('SetListEntry');

export const SetListPage = pageOf(SetListEntry).openapi('SetListPage');
export const SetListQuery = z.strictObject({ ...pageQuery });
export const EntryChange = z.strictObject({ hidden }).openapi('SetListEntryChange');

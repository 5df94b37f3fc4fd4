/** A DJ's library, what plays in their stream, and set lists. */
import { z } from '@hono/zod-openapi';
import { FORM_REFUSALS, fileError } from '@/domains/base/media/errors';
import { NOT_ADMITTED, NOT_READABLE, roomError } from '@/domains/live/rooms/errors';
import { anId } from '@/domains/live/rooms/schemas';
import { type Endpoint, endpoint } from '@/http/endpoint';
import { Nothing } from '@/http/envelope';
import { httpError } from '@/http/errors';
import { aToken } from '@/http/fields';
import { imagesError } from '@/providers/images-errors';
import { serveAudio } from './audio';
import { changeTrack } from './change-track';
import { deleteTrack } from './delete-track';
import { trackError } from './errors';
import { getOwnTrack } from './find-track';
import { listTracks } from './library';
import { play, stopPlaying } from './play';
import { presentTrack } from './present';
import {
  EntryChange,
  NewNowPlaying,
  NowPlaying,
  SetListEntry,
  SetListPage,
  SetListQuery,
  Track,
  TrackChanges,
  TrackForm,
  TrackPage,
  TrackQuery,
  UploadedTrack,
} from './schemas';
import { hideEntry, listSet } from './set-list';
import { uploadTrack } from './upload-track';

const ById = z.strictObject({ id: anId });
const ByEntry = z.strictObject({ id: anId, entryId: anId });
const AudioQuery = z.strictObject({
  token: aToken(2_000).optional().openapi({ description: 'From the `fileUrl` of your track.' }),
});
const UPLOAD_REFUSALS = [
  fileError.UPLOAD_NOT_FOUND,
  fileError.UPLOAD_USED,
  fileError.UPLOAD_INCOMPLETE,
  fileError.UPLOAD_CONFLICT,
];

export const trackEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'uploadTrack',
    method: 'post',
    path: '/dj/upload-track',
    tag: 'dj',
    summary: 'Upload a track',
    description:
      'MP3, AAC, M4A, FLAC, Ogg (Opus or Vorbis) or WAV, by its bytes, of up to 200 MB. For up to 1 GB, announce it with ' +
      '`POST /media/uploads` as a `track`, send it, and name it here as `uploadId`. It is `uploading` until it was read, ' +
      '`scanning` while it waits for the virus scanner, and then `ready` or `rejected` with a reason. A notification says ' +
      'which. A file that is in your library already is rejected as a `duplicate`. A library has up to 10,000 tracks.',
    who: 'dj',
    upload: { contentType: 'multipart/form-data', schema: TrackForm, json: UploadedTrack },
    response: Track,
    status: 202,
    refusals: [...FORM_REFUSALS, ...UPLOAD_REFUSALS, httpError.MALFORMED_JSON, trackError.TOO_MANY_TRACKS],
    handler: (ctx, { actor, request }) => uploadTrack(ctx, actor, request),
  }),
  endpoint({
    operationId: 'listTracks',
    method: 'get',
    path: '/dj/tracks',
    tag: 'dj',
    summary: 'My tracks',
    who: 'dj',
    query: TrackQuery,
    response: TrackPage,
    handler: (ctx, { actor, query }) => listTracks(ctx, actor, query),
  }),
  endpoint({
    operationId: 'readTrack',
    method: 'get',
    path: '/dj/track/{id}',
    tag: 'dj',
    summary: 'One of my tracks',
    who: 'dj',
    params: ById,
    response: Track,
    refusals: [trackError.TRACK_NOT_FOUND],
    handler: async (ctx, { actor, params }) => presentTrack(ctx, await getOwnTrack(ctx, actor, params.id)),
  }),
  endpoint({
    operationId: 'changeTrack',
    method: 'put',
    path: '/dj/track/{id}',
    tag: 'dj',
    summary: 'Edit a track',
    description:
      'Fields that are left out stay. What you set wins over the tags of the file, also while it is still being read. For ' +
      'a cover, announce an `image` with `POST /media/uploads`, send it, and name it as `coverUploadId`.',
    who: 'dj',
    params: ById,
    body: TrackChanges,
    response: Track,
    refusals: [
      trackError.TRACK_NOT_FOUND,
      trackError.TRACK_REJECTED,
      trackError.TRACK_CHANGED,
      ...UPLOAD_REFUSALS,
      ...FORM_REFUSALS,
      fileError.FILE_NOT_FOUND,
      imagesError.IMAGES_UNAVAILABLE,
    ],
    handler: (ctx, { actor, params, body }) => changeTrack(ctx, actor, params.id, body),
  }),
  endpoint({
    operationId: 'deleteTrack',
    method: 'delete',
    path: '/dj/track/{id}',
    tag: 'dj',
    summary: 'Delete a track',
    description:
      'If it plays, it stops. Set lists keep its title. While a claim stands, the same file cannot be uploaded again.',
    who: 'dj',
    params: ById,
    response: Nothing,
    refusals: [trackError.TRACK_NOT_FOUND, trackError.TRACK_CHANGED],
    handler: async (ctx, { actor, params }) => {
      await deleteTrack(ctx, actor, params.id);
      return {};
    },
  }),
  endpoint({
    operationId: 'readTrackAudio',
    method: 'get',
    path: '/dj/track/{id}/audio',
    tag: 'dj',
    summary: 'The sound of a track, whole or a range of it',
    description:
      'For its DJ, and for others while it plays in a live stream into which they are admitted. A `Range` is answered ' +
      'with 206. Nobody hears it before it is ready, or while a claim stands.',
    who: 'optional',
    params: ById,
    query: AudioQuery,
    response: z.string().openapi({ format: 'binary' }),
    contentType: 'audio/*',
    sends: ['Content-Disposition', 'ETag', 'Content-Range', 'Accept-Ranges'],
    refusals: [
      ...NOT_ADMITTED,
      trackError.TRACK_NOT_FOUND,
      trackError.TRACK_MUTED,
      trackError.TRACK_REMOVED,
      trackError.TRACK_NOT_READY,
      trackError.TRACK_REJECTED,
      fileError.FILE_NOT_FOUND,
      fileError.RANGE_NOT_SATISFIABLE,
      fileError.MEDIA_STORE_UNAVAILABLE,
    ],
    handler: (ctx, { actor, params, query, request }) => serveAudio(ctx, actor, params.id, query.token, request),
  }),
  endpoint({
    operationId: 'setNowPlaying',
    method: 'put',
    path: '/dj/now-playing',
    tag: 'dj',
    summary: 'Say what plays in my live stream',
    description:
      'A track of your library, a title that you type, or nothing. The room hears of it at once, and it joins the set list. ' +
      'Saying the same again changes nothing. With `hidden`, only you see it.',
    who: 'dj',
    body: NewNowPlaying,
    response: NowPlaying,
    refusals: [
      roomError.STREAM_NOT_LIVE,
      trackError.TRACK_NOT_FOUND,
      trackError.TRACK_NOT_READY,
      trackError.TRACK_REJECTED,
      trackError.TRACK_MUTED,
      trackError.TRACK_REMOVED,
      trackError.TITLE_BLOCKED,
      trackError.SET_LIST_FULL,
      trackError.NOW_PLAYING_CHANGED,
      trackError.ENTRY_NOT_FOUND,
      trackError.ENTRY_WITHHELD,
    ],
    handler: (ctx, { actor, body }) => play(ctx, actor, body),
  }),
  endpoint({
    operationId: 'clearNowPlaying',
    method: 'delete',
    path: '/dj/now-playing',
    tag: 'dj',
    summary: 'Say that nothing plays in my live stream',
    who: 'dj',
    response: NowPlaying,
    refusals: [roomError.STREAM_NOT_LIVE, trackError.NOW_PLAYING_CHANGED],
    handler: (ctx, { actor }) => stopPlaying(ctx, actor),
  }),
  endpoint({
    operationId: 'listSetList',
    method: 'get',
    path: '/sessions/{id}/setlist',
    tag: 'session',
    summary: 'What was played in a session',
    who: 'optional',
    params: ById,
    query: SetListQuery,
    response: SetListPage,
    refusals: NOT_READABLE,
    handler: (ctx, { actor, params, query }) => listSet(ctx, actor, params.id, query),
  }),
  endpoint({
    operationId: 'changeSetListEntry',
    method: 'put',
    path: '/sessions/{id}/setlist/{entryId}',
    tag: 'session',
    summary: 'Hide or show an entry of a set list',
    description:
      'For the DJ, and for staff with `canDeleteMessages`. What staff hid, only staff show again. Idempotent. Hiding what ' +
      'plays also withdraws it from the room.',
    who: 'user',
    staffToo: true,
    params: ByEntry,
    body: EntryChange,
    response: SetListEntry,
    refusals: [
      trackError.ENTRY_NOT_FOUND,
      trackError.ENTRY_WITHHELD,
      trackError.NOW_PLAYING_CHANGED,
      roomError.OUT_OF_YOUR_REACH,
    ],
    handler: (ctx, { actor, params, body }) => hideEntry(ctx, actor, params, body.hidden),
  }),
];

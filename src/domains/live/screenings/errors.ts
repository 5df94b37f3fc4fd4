import { HOST_ONLY } from '@/domains/live/rooms/errors';
import { errorList } from '@/http/errors';

/** Refusals of screenings. Those that a room makes itself are in `live/rooms/errors.ts`. */
export const screeningError = errorList({
  HOST_ONLY,
  NOT_IN_CONTROL: [403, 'The host of this room does not let you control its screening. Ask them for it.'],
  VIDEO_URL_INVALID: [
    422,
    'A video is an https link to a public host, without a user name and without a fragment, or a public video of this platform.',
  ],
  SUBTITLES_URL_INVALID: [422, 'Subtitles are an https link to a .vtt file on a public host, without a user name.'],
});

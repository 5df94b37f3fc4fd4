/** Wire shapes of screenings. What a room also sends is in `contracts/screening.ts`. */
import { z } from '@hono/zod-openapi';
import { PLAYER_STATES, POSITION_MS_MAX, QUEUE_VIDEOS_MAX, Screening, sync, Video } from '@/contracts/screening';
import { PublicCard } from '@/domains/base/users/schemas';
import { anId, Joined } from '@/domains/live/rooms/schemas';
import { RoomYou } from '@/domains/live/rooms/you';
import { pageOf, pageQuery } from '@/http/envelope';
import { aLine, aLink } from '@/http/fields';

const TITLE_CHARACTERS_MAX = 200;
/** Signed links of video hosts are long. */
const URL_CHARACTERS_MAX = 2_000;

const videoLink = aLink(URL_CHARACTERS_MAX).min(1).openapi({ format: 'uri' });

const video = {
  videoUrl: videoLink.openapi({
    description: 'An https link, or a public video of this platform. The server never fetches it.',
  }),
  title: aLine(TITLE_CHARACTERS_MAX),
  durationMs: z
    .int()
    .min(1)
    .max(POSITION_MS_MAX)
    .optional()
    .openapi({ description: 'With it, the next video in the queue follows by itself.' }),
  subtitlesUrl: videoLink.optional().openapi({ description: 'An https link to a .vtt file.' }),
};
export const NewVideo = z.strictObject(video).openapi('NewVideo');

/** The whole queue goes to everyone in the room with each change. */
const QUEUE_CHARACTERS_MAX = 32_768;

export const ScreeningQueue = z
  .array(NewVideo)
  .max(QUEUE_VIDEOS_MAX)
  .refine(
    (queue) => JSON.stringify(queue).length <= QUEUE_CHARACTERS_MAX,
    'is too long: use fewer videos or shorter links',
  )
  .openapi({ description: 'The videos that follow in the room’s screening: all of them, in their order.' });

const Next = z.strictObject({
  next: z.literal(true),
  screeningId: anId
    .optional()
    .openapi({ description: 'The screening to skip. If another one runs, nothing changes, so a repeat skips once.' }),
});

export const StartScreening = z.union([NewVideo, Next]).openapi('StartScreening');
export const SyncScreening = z.strictObject(sync).openapi('SyncScreening');

export const Session = Screening.extend({ queue: z.array(Video) }).openapi('ScreeningSession');
export const JoinedScreening = Joined.extend({ you: RoomYou, screening: Session }).openapi('JoinedScreening');

export const ViewersQuery = z.strictObject(pageQuery);
export const Viewers = pageOf(PublicCard.extend({ state: z.enum(PLAYER_STATES) }).openapi('ScreeningViewer')).extend({
  guests: z.int().openapi({ description: 'Includes users who do not want to be named, and those past the first 500.' }),
});

/**
 * A screening: a video that everyone in a room watches at the same position. The shapes and bounds that the API and the
 * room's frames share.
 */
import { z } from '@hono/zod-openapi';
import { DAY_MS } from '@/shared/time';

export const POSITION_MS_MAX = DAY_MS;
export const RATE_MIN = 0.25;
export const RATE_MAX = 4;
export const QUEUE_VIDEOS_MAX = 50;

/** Who controls a screening: the host alone, everyone on the stage, or everyone in the room. */
export const SCREENING_CONTROLS = ['host', 'speakers', 'everyone'] as const;
export type ScreeningControl = (typeof SCREENING_CONTROLS)[number];

/** The position of a video at a time of the room. Every client computes the same current position from it. */
export interface Anchor {
  readonly positionMs: number;
  readonly isPlaying: boolean;
  readonly rate: number;
  /** When (ms) the video was at this position. */
  readonly anchorAt: number;
}

/** The screening that a client means, so that what comes late does not hit the next video. */
export const meantScreening = z
  .string()
  .min(1)
  .toLowerCase()
  .optional()
  .openapi({ description: 'The screening that you mean. If another one runs by then, this is refused.' });

/** What someone in control wants to be true. `cinema-sync` is the frame for it. */
export const sync = {
  positionMs: z.int().min(0).max(POSITION_MS_MAX),
  isPlaying: z.boolean(),
  rate: z.number().min(RATE_MIN).max(RATE_MAX).optional().openapi({ description: 'The current rate if absent.' }),
  at: z.iso
    .datetime({ offset: true })
    .optional()
    .openapi({
      description:
        "The room's time (not your clock's) at which the position was true. It counts if it is at most five seconds ago; " +
        'otherwise the position is true now. A time before the start of the video is refused, unless you name the screening.',
    }),
  screeningId: meantScreening,
};
export type Sync = z.output<z.ZodObject<typeof sync>>;

/** Whether a viewer's player can go on. `failed`: it cannot play the video at all. */
export const PLAYER_STATES = ['ready', 'buffering', 'failed'] as const;
export type PlayerState = (typeof PLAYER_STATES)[number];

/** Why the room itself changed the position. */
export const SYNC_REASONS = ['waiting', 'ready', 'host-away', 'ended'] as const;
export type SyncReason = (typeof SYNC_REASONS)[number];

export const Video = z
  .object({
    videoUrl: z.string(),
    title: z.string(),
    durationMs: z.int().nullable(),
    subtitlesUrl: z.string().nullable(),
  })
  .openapi('ScreeningVideo');
export type Video = z.output<typeof Video>;

const anchor = {
  positionMs: z.int(),
  isPlaying: z.boolean(),
  rate: z.number(),
  anchorAt: z.iso.datetime(),
  by: z.string().nullable().openapi({ description: 'Who set the position last. Null: the room did; see `reason`.' }),
  reason: z
    .enum(SYNC_REASONS)
    .nullable()
    .openapi({
      description:
        'Why the room did: it waits for viewers who are buffering, they are ready or it has waited long enough, the host ' +
        'has been away for 30 seconds, or the video has ended.',
    }),
};

export const Screening = z
  .object({
    id: z.string(),
    roomId: z.string(),
    hostId: z.string(),
    ...Video.shape,
    ...anchor,
    failed: z.boolean().openapi({ description: 'The video does not play for its host, or for most viewers.' }),
    viewerCount: z.int(),
    startedAt: z.iso.datetime(),
  })
  .openapi('Screening', {
    description: 'The position now is `positionMs + (isPlaying ? (serverTime - anchorAt) * rate : 0)`.',
  });
export type Screening = z.output<typeof Screening>;

/** The durable events of screenings, without their seq. */
export const ScreeningEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('cinema-started'), screening: Screening }),
  z.object({ type: z.literal('cinema-synced'), screeningId: z.string(), ...anchor }),
  z.object({ type: z.literal('cinema-stopped'), screeningId: z.string(), by: z.string().nullable() }),
  z.object({ type: z.literal('cinema-failed'), screeningId: z.string(), by: z.string().nullable() }),
  z.object({ type: z.literal('cinema-queue'), queue: z.array(Video), by: z.string().nullable() }),
]);
export type ScreeningEvent = z.output<typeof ScreeningEvent>;

/** What runs in a room, and what comes next. */
export interface Program {
  readonly screening: Screening | null;
  readonly queue: readonly Video[];
}

/** Acts on a room's screening. The API has checked who may start and stop one; the room checks who controls it. */
export type ScreeningAct =
  | { readonly type: 'start'; readonly video: Video }
  /**
   * Starts the queue's first video in place of the one that runs.
   * @param isHost whether the user may do so without being in control
   * @param screeningId if given, only if this one runs: repeating the act skips one video
   */
  | { readonly type: 'next'; readonly isHost: boolean; readonly screeningId?: string | undefined }
  | { readonly type: 'sync'; readonly sync: Sync }
  | { readonly type: 'stop' }
  | { readonly type: 'queue'; readonly queue: readonly Video[] };

export interface ScreeningViewer {
  readonly id: string;
  readonly state: PlayerState;
}

export interface ScreeningViewers {
  /** Oldest arrival first. */
  readonly users: readonly ScreeningViewer[];
  /** Includes users past the number that is listed. */
  readonly guests: number;
}

/** The screening that runs in the room, and the queue of videos after it. Both survive a restart of the object. */
import type { Anchor, Screening, ScreeningEvent, SyncReason, Video } from '@/contracts/screening';
import { newId } from '@/shared/ids';
import { toIso } from '@/shared/time';
import { Meta } from './meta';

/** Stored as JSON, so its field names never change. */
export interface RunningScreening extends Video, Anchor {
  readonly id: string;
  /** When (ms). */
  readonly startedAt: number;
  /** Who set the anchor, or null and why the room did. */
  readonly by: string | null;
  readonly reason: SyncReason | null;
  /** Until when (ms) the room waits for viewers who are buffering. Null while it does not wait. */
  readonly waitsUntil: number | null;
  /** The room has paused because the host was away, and does so again only after the host was here. */
  readonly hostAway: boolean;
  readonly failed: boolean;
}

const KEYS = { screening: 'screening', queue: 'screening-queue' } as const;

export class ScreeningStore {
  #running: RunningScreening | null = null;
  #queue: readonly Video[] = [];

  readonly #meta: Meta;

  constructor(sql: SqlStorage) {
    this.#meta = new Meta(sql);
  }

  /** Requires that the tables exist. */
  load(): void {
    this.#running = this.#meta.read<RunningScreening>(KEYS.screening) ?? null;
    this.#queue = this.#meta.read<Video[]>(KEYS.queue) ?? [];
  }

  get running(): RunningScreening | null {
    return this.#running;
  }

  set running(screening: RunningScreening | null) {
    this.#running = screening;
    this.#meta.write(KEYS.screening, screening);
  }

  get queue(): readonly Video[] {
    return this.#queue;
  }

  set queue(videos: readonly Video[]) {
    this.#queue = videos;
    this.#meta.write(KEYS.queue, videos.length > 0 ? videos : null);
  }
}

/** Begins to play at once. */
export function newScreening(
  video: Video,
  { at, by, hostAway }: { readonly at: number; readonly by: string | null; readonly hostAway: boolean },
): RunningScreening {
  const anchor: Anchor = { positionMs: 0, isPlaying: true, rate: 1, anchorAt: at };
  return {
    ...video,
    ...anchor,
    id: newId(),
    startedAt: at,
    by,
    reason: null,
    waitsUntil: null,
    hostAway,
    failed: false,
  };
}

export function presentScreening(
  { waitsUntil: _waits, hostAway: _away, startedAt, anchorAt, ...screening }: RunningScreening,
  room: Pick<Screening, 'roomId' | 'hostId' | 'viewerCount'>,
): Screening {
  return { ...screening, ...room, startedAt: toIso(startedAt), anchorAt: toIso(anchorAt) };
}

export function syncedEvent({ id: screeningId, anchorAt, ...anchor }: RunningScreening): ScreeningEvent {
  const { positionMs, isPlaying, rate, by, reason } = anchor;
  return { type: 'cinema-synced', screeningId, positionMs, isPlaying, rate, anchorAt: toIso(anchorAt), by, reason };
}

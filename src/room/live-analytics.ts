/**
 * Shows the creator the stream's figures while it is live: at once when they enter, then whenever something has changed,
 * but not often. Nothing is computed while the creator is away, and no timer runs while nothing changes, so a quiet room
 * hibernates.
 */
import type { RoomFigures } from '@/contracts/room-figures';
import type { AnalyticsEvent } from '@/contracts/room-wire';
import { presentCounted } from '@/domains/live/analytics/session-figures';
import { SECOND_MS, toIsoOrNull } from '@/shared/time';
import type { Broadcaster } from './broadcaster';
import { type Presence, type Seat, viewerKey } from './presence';
import type { RoomStore } from './store';

const EVERY_MS = 5 * SECOND_MS;
/** Measuring 50,000 stays takes some 100 ms. Beyond them the figures come less often, so the share of time is the same. */
const EVERY_MS_PER_STAY = EVERY_MS / 50_000;

interface LiveAnalyticsParts {
  readonly store: RoomStore;
  readonly presence: () => Presence;
  readonly broadcaster: Pick<Broadcaster, 'tell'>;
  readonly figures: () => RoomFigures;
  readonly now: () => number;
  /** Schedules a call. */
  readonly later: (run: () => void, ms: number) => unknown;
}

export class LiveAnalytics {
  #sentAt = 0;
  /** What was sent last, without what grows by itself. */
  #sent = '';
  #isWaiting = false;

  constructor(private readonly room: LiveAnalyticsParts) {}

  /** Call it when a viewer has entered. */
  entered({ viewer }: Seat): void {
    if (!this.#isShown() || viewerKey(viewer) !== this.room.presence().creatorKey) return;
    this.#sent = '';
    this.#send();
  }

  /** Call it when a viewer count, a message, a reaction or another event was sent. */
  changed(): void {
    const { store, now, later } = this.room;
    if (this.#isWaiting || !this.#isShown() || this.#creatorSockets().length === 0) return;
    const everyMs = Math.max(EVERY_MS, store.viewers.staysMax * EVERY_MS_PER_STAY);
    // Never longer than the whole wait, even if the clock was set back.
    const waitMs = Math.min(everyMs, this.#sentAt + everyMs - now());
    this.#isWaiting = true;
    later(
      () => {
        this.#isWaiting = false;
        this.#send();
      },
      Math.max(0, waitMs),
    );
  }

  #send(): void {
    const sockets = this.#isShown() ? this.#creatorSockets() : [];
    if (sockets.length === 0) return;
    const event = this.#eventOf(this.room.figures());
    const { watchSeconds: _w, averageWatchSeconds: _a, averageViewers: _v, ...rest } = event;
    const changing = JSON.stringify(rest);
    this.#sentAt = this.room.now();
    if (changing === this.#sent) return;
    this.#sent = changing;
    for (const socket of sockets) this.room.broadcaster.tell(socket, event);
  }

  #creatorSockets(): WebSocket[] {
    const presence = this.room.presence();
    return presence.socketsOf(presence.creatorKey);
  }

  #isShown(): boolean {
    const { setup } = this.room.store;
    return setup?.status === 'live' && (setup.kind ?? 'stream') === 'stream';
  }

  #eventOf(figures: RoomFigures): AnalyticsEvent {
    const { setup } = this.room.store;
    const { viewerCount, gifts, until } = figures;
    const since = setup?.startedAt ?? null;
    const time = since === null || until === null ? null : { since, until };
    return {
      ...{ type: 'analytics', streamId: setup?.roomId ?? '', live: true, viewerCount },
      ...{ startedAt: toIsoOrNull(since), endedAt: null },
      ...presentCounted(figures, time),
      gifts,
    };
  }
}

/** The room's reports to D1: the viewer count while the stream is live, and figures and listeners once it is over. */
import type { Context } from '@/contracts/context';
import type { RoomFigures } from '@/contracts/room';
import type { RoomSetup } from '@/contracts/room-command';
import { recordAnalytics } from '@/domains/live/analytics/record';
import { recordUserRoomCount, recordViewerCount } from '@/domains/live/rooms/figures';
import { recordListeners } from '@/domains/live/rooms/listeners';
import { recordClicks } from '@/domains/money/showcase/for-room';
import { SECOND_MS } from '@/shared/time';
import type { Activity } from './activity-store';
import type { Agenda } from './agenda';
import { listenersIn, measure } from './figures';
import type { Presence } from './presence';
import { hasEnded } from './relations';
import type { RoomStore } from './store';

const REPORT_EVERY_MS = 10 * SECOND_MS;
/** A smaller change (as a share) is reported with the next minute. */
const REPORTED_CHANGE = 0.1;
const NOTHING: Activity & Pick<RoomFigures, 'reactions' | 'productClicks'> = {
  ...{ messages: 0, chatters: 0, gifts: { count: 0, coins: 0 }, activity: [] },
  ...{ reactions: {}, productClicks: [] },
};

interface ReportsParts {
  readonly store: RoomStore;
  readonly presence: () => Presence;
  readonly agenda: Agenda;
  readonly database: Pick<Context, 'db' | 'now'>;
}

export class Reports {
  #reported: { count: number; at: number } | undefined;

  constructor(private readonly room: ReportsParts) {}

  countChanged(count: number): void {
    const { store, agenda, database } = this.room;
    if (!isCounted(store.setup)) return;
    const last = this.#reported;
    if (last && Math.abs(count - last.count) < Math.max(1, last.count * REPORTED_CHANGE)) return;
    const now = database.now();
    // After hibernation the room does not know when it last reported, so it reports at once.
    agenda.putBy('report', last ? Math.max(now, last.at + REPORT_EVERY_MS) : now);
  }

  async reportCount(): Promise<void> {
    const { store, presence, database } = this.room;
    if (!isCounted(store.setup)) return;
    const { viewerCount, rankingCount } = presence();
    this.#reported = { count: viewerCount, at: database.now() };
    if (store.setup.kind === 'user') await recordUserRoomCount(database, store.setup.roomId, viewerCount);
    else await recordViewerCount(database, store.setup.roomId, viewerCount, rankingCount);
  }

  /**
   * A stream that never began has neither figures nor listeners, and a user's room never has any. Safe to repeat, also
   * after a part of it.
   */
  async reportFigures(): Promise<void> {
    const { store, presence, database } = this.room;
    const { setup } = store;
    const since = setup ? beganAt(setup) : null;
    if (!setup || setup.kind === 'user' || since === null) return;
    const broadcast = { streamId: setup.roomId, creatorId: setup.creatorId, since, until: this.#endOf(setup) };
    await recordAnalytics(database, broadcast, this.figures());
    await recordClicks(database, setup.roomId, store.shop.clicksByProduct());
    const stays = store.viewers.intervals(presence().creatorKey);
    await recordListeners(database, setup.roomId, listenersIn(stays, this.#endOf(setup), since));
  }

  /** Counted from the stream's start, so nothing from its waiting room is included. */
  figures(): RoomFigures {
    const { store, presence, database } = this.room;
    const { setup } = store;
    const { viewerCount, creatorKey } = presence();
    const since = setup ? beganAt(setup) : null;
    if (!setup || since === null) return { viewerCount, until: null, ...measure([], 0), ...NOTHING };
    const isOver = hasEnded(setup);
    if (!isOver) presence().settle();
    const until = isOver ? this.#endOf(setup) : database.now();
    return {
      viewerCount,
      until,
      ...measure(store.viewers.intervals(creatorKey), until, since),
      ...store.activity.read({ since, until }, setup.creatorId),
      reactions: store.viewers.reactions(),
      productClicks: store.shop.clicksByProduct(),
    };
  }

  #endOf({ endedAt }: RoomSetup): number {
    return endedAt ?? this.room.store.viewers.lastSeenAt;
  }
}

/** Whether the room's viewers are a figure that others see. */
export function isCounted(setup: RoomSetup | undefined): setup is RoomSetup {
  return setup?.status === 'live' && setup.kind !== 'support';
}

function beganAt({ status, startedAt }: RoomSetup): number | null {
  return status === 'live' || status === 'ended' ? startedAt : null;
}

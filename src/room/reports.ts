/** What the room tells D1: its count while the stream is live, and its figures once when it is over. */
import type { Context } from '@/context';
import { recordAnalytics, recordViewerCount } from '@/domains/streams/room-figures';
import { REACTION_KINDS, type RoomFigures } from '@/room/api';
import { SECOND_MS } from '@/shared/time';
import type { Agenda } from './agenda';
import { hasEnded } from './commands';
import { measure } from './figures';
import type { Presence } from './presence';
import type { RoomStore } from './store';

const REPORT_EVERY_MS = 10 * SECOND_MS;
/** A smaller change waits for the minute. */
const REPORTED_CHANGE = 0.1;

interface Room {
  readonly store: RoomStore;
  readonly presence: () => Presence;
  readonly agenda: Agenda;
  readonly database: Pick<Context, 'db' | 'now'>;
}

export class Reports {
  #reported: { count: number; at: number } | undefined;

  constructor(private readonly room: Room) {}

  countChanged(count: number): void {
    const { store, agenda, database } = this.room;
    if (store.setup?.status !== 'live') return;
    const last = this.#reported;
    if (last && Math.abs(count - last.count) < Math.max(1, last.count * REPORTED_CHANGE)) return;
    const now = database.now();
    // Woken from sleep the room does not know when it reported last, so it waits its turn.
    agenda.putBy('report', last ? Math.max(now, last.at + REPORT_EVERY_MS) : now);
  }

  async reportCount(): Promise<void> {
    const { store, presence, database } = this.room;
    if (store.setup?.status !== 'live') return;
    const { viewerCount } = presence();
    this.#reported = { count: viewerCount, at: database.now() };
    await recordViewerCount(database, store.setup.roomId, viewerCount);
  }

  async reportFigures(): Promise<void> {
    const { store, database } = this.room;
    if (store.setup) await recordAnalytics(database, store.setup.roomId, this.figures());
  }

  figures(): RoomFigures {
    const { store, presence, database } = this.room;
    const { setup } = store;
    if (!setup)
      return {
        viewerCount: 0,
        uniqueViewers: 0,
        peakViewers: 0,
        watchSeconds: 0,
        messages: 0,
        reactions: {},
        viewerCurve: [],
      };
    const isOver = hasEnded(setup);
    if (!isOver) presence().settle();
    const counted = store.viewers.tallies('reaction:');
    return {
      viewerCount: presence().viewerCount,
      ...measure(store.viewers.intervals(), isOver ? (setup.endedAt ?? store.viewers.lastSeenAt) : database.now()),
      messages: store.countMessages(),
      reactions: Object.fromEntries(
        REACTION_KINDS.flatMap((kind) => {
          const count = counted.get(kind);
          return count === undefined ? [] : [[kind, count]];
        }),
      ),
    };
  }
}

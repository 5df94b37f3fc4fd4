/**
 * Reports what guides did on the stage of a user's room: when a turn ends, when the room closes, and every ten minutes
 * while it is open. D1 says who was on the stage, the room says who was here. Every report covers whole days and has the
 * same result if it is repeated.
 */
import type { Context } from '@/contracts/context';
import { listStageTurns, recordWork } from '@/domains/people/guides/work';
import { DAY_MS, MINUTE_MS } from '@/shared/time';
import type { Agenda } from './agenda';
import { measureWork } from './measure-work';
import type { Presence } from './presence';
import { hasEnded } from './relations';
import type { RoomStore } from './store';

const EVERY_MS = 10 * MINUTE_MS;

interface StageWorkParts {
  readonly store: RoomStore;
  readonly presence: () => Presence;
  readonly agenda: Agenda;
  readonly database: Pick<Context, 'db' | 'now'>;
}

export class StageWork {
  constructor(private readonly room: StageWorkParts) {}

  /** The stage may be another one now: a turn began or ended, or the room was closed. */
  stageChanged(): void {
    const { store, agenda, database } = this.room;
    if (store.setup?.kind === 'user') agenda.put('stage-work', database.now());
  }

  async report(): Promise<void> {
    const { store, presence, agenda, database } = this.room;
    const { setup } = store;
    if (setup?.kind !== 'user' || setup.startedAt === null) return;
    const now = database.now();
    const { roomId, startedAt } = setup;
    const since = startOfDay(Math.max(startedAt, store.viewers.workReportedAt));
    const turns = await listStageTurns(database, { roomId, since, until: now });
    if (turns.length > 0) {
      presence().settle();
      const until = setup.endedAt ?? now;
      const span = (from: number, to: number | null) => ({ from, to: Math.min(to ?? until, until) });
      const spans = (bounds: readonly (readonly [number, number | null])[]) =>
        bounds.map(([from, to]) => span(from, to));
      const work = measureWork(
        turns.map(({ userId, from, to, terms, elsewhere }) => ({
          ...{ userId, ...span(from, to), terms: spans(terms), elsewhere: spans(elsewhere) },
        })),
        store.viewers.verifiedStays(since, until),
        since,
      );
      if (work.length > 0) await recordWork(database, roomId, work);
    }
    store.viewers.stampWorkReported(now);
    if (!hasEnded(setup)) agenda.put('stage-work', now + EVERY_MS);
  }
}

function startOfDay(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}

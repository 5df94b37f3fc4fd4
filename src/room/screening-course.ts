/**
 * The course of a screening: what runs and where it is. Each change is stored, planned for and told to everyone in the
 * same turn, so it goes on after a restart of the object as if nothing had happened.
 */
import { writeEvent } from '@/contracts/room-events/events';
import type { Program, Screening, ScreeningEvent, SyncReason } from '@/contracts/screening';
import { endsAt, moved } from '@/domains/live/screenings/anchor';
import type { Agenda } from './agenda';
import type { Broadcaster } from './broadcaster';
import type { Presence } from './presence';
import { presentScreening, type RunningScreening, syncedEvent } from './screening-store';
import type { RoomStore } from './store';

export interface CourseParts {
  readonly store: RoomStore;
  readonly agenda: Agenda;
  readonly broadcaster: Broadcaster;
  readonly presence: () => Presence;
  readonly now: () => number;
  /** Called after somebody's title and link are stored. */
  readonly onTraces: () => void;
}

export class Course {
  constructor(private readonly room: CourseParts) {}

  get running(): RunningScreening | null {
    return this.room.store.screenings.running;
  }

  /** As clients see it. */
  get program(): Program {
    const { setup, screenings } = this.room.store;
    if (!setup) return { screening: null, queue: [] };
    return { screening: screenings.running && this.present(screenings.running), queue: screenings.queue };
  }

  /** Stores it, and plans what follows from it. */
  save(screening: RunningScreening | null): void {
    const { store, agenda } = this.room;
    store.screenings.running = screening;
    agenda.set('screening-end', screening && endsAt(screening, screening.durationMs));
    agenda.set('screening-wait', screening?.waitsUntil ?? null);
    if (!screening) agenda.set('screening-host', null);
  }

  /** Stores a new anchor and tells everyone. */
  change(screening: RunningScreening): void {
    this.save(screening);
    this.send(syncedEvent(screening));
  }

  /** A change of the room's own, at the position of now. @param waitsUntil if it waits for viewers */
  move(running: RunningScreening, isPlaying: boolean, reason: SyncReason, waitsUntil: number | null = null): void {
    const anchor = moved(running, running.durationMs, this.room.now(), isPlaying);
    this.change({ ...running, ...anchor, by: null, reason, waitsUntil });
  }

  send(event: ScreeningEvent): void {
    this.room.broadcaster.add({ at: this.room.now(), body: writeEvent(event) });
    if (event.type === 'cinema-started' || event.type === 'cinema-queue') this.room.onTraces();
  }

  present(running: RunningScreening): Screening {
    const { setup, hostId = '' } = this.room.store;
    const { viewerCount } = this.room.presence();
    return presentScreening(running, { roomId: setup?.roomId ?? '', hostId, viewerCount });
  }
}

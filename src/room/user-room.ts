/**
 * What only the room of a user does by itself. Who is gone for a minute leaves the stage; if it is the host, someone takes
 * over; and a room that nobody is in closes. The object knows who is here, D1 has the parts they play, and each change is
 * a batch that D1 refuses if it came too late.
 */
import type { RoomCommand } from '@/contracts/room-command';
import { type Committing, commitIfMet } from '@/db/commit';
import { planOnce } from '@/db/outbox';
import { type RoomPeople, readPeople } from '@/domains/live/user-rooms/people';
import { readSetup } from '@/domains/live/user-rooms/setup';
import {
  type Batch,
  closingEmpty,
  departing,
  type Part,
  readParts,
  succeeding,
  withdrawing,
} from '@/domains/live/user-rooms/succession';
import { newId } from '@/shared/ids';
import type { Logger } from '@/shared/log';
import { MINUTE_MS } from '@/shared/time';
import type { Agenda } from './agenda';
import { type Presence, viewerKey } from './presence';
import type { RoomStore } from './store';

export const ABSENT_MS = MINUTE_MS;
export const EMPTY_MS = 10 * MINUTE_MS;

interface UserRoomParts {
  readonly store: RoomStore;
  readonly agenda: Agenda;
  readonly presence: () => Presence;
  readonly database: Committing;
  readonly log: Logger;
  readonly apply: (commandId: string, command: RoomCommand) => Promise<void>;
  /** Makes the outbox deliver what this room wrote to it. */
  readonly deliverSoon: () => Promise<unknown>;
}

export class UserRoom {
  #people: Promise<RoomPeople | undefined> | undefined;

  constructor(private readonly room: UserRoomParts) {}

  /** Call it when someone came or left, and when a crash may have hidden that. */
  presenceChanged(): void {
    if (this.#openRoomId === undefined) return;
    const { agenda, presence, database } = this.room;
    agenda.putBy('absence', database.now() + ABSENT_MS);
    if (presence().socketCount === 0) agenda.putBy('empty', database.now() + EMPTY_MS);
  }

  /** Call it when a command may have changed who is who, or their names. */
  peopleChanged(): void {
    this.#people = undefined;
  }

  /** The host, the co-hosts and the speakers, read once after each change. Undefined if D1 does not answer. */
  async people(): Promise<RoomPeople | undefined> {
    const roomId = this.#openRoomId;
    if (roomId === undefined) return undefined;
    try {
      for (;;) {
        const reading = this.#people ?? readPeople(this.room.database, [roomId]).then((rooms) => rooms.get(roomId));
        this.#people = reading;
        const people = await reading;
        if (this.#people === reading) return people; // otherwise they changed meanwhile
      }
    } catch (error) {
      this.peopleChanged();
      this.room.log.fault('room.people', error);
      return undefined;
    }
  }

  /** Someone who comes back within the minute keeps their part. */
  async lookForAbsent(): Promise<void> {
    const roomId = this.#openRoomId;
    if (roomId === undefined) return;
    const { agenda, database } = this.room;
    const parts = await readParts(database, roomId);
    const goneSince = this.#goneSince(parts);
    const now = database.now();
    const isGone = ({ userId }: Part) => now - (goneSince.get(userId) ?? now) >= ABSENT_MS;
    const gone = parts.filter(isGone);
    const waiting = gone.filter(({ role }) => role === 'waiting').map(({ userId }) => userId);
    if (waiting.length > 0) await this.#act(withdrawing(database, roomId, waiting));
    for (const { userId, role } of gone) if (role === 'speaker') await this.#act(departing(database, roomId, userId));
    const host = gone.find(({ role }) => role === 'host');
    const heir = host && this.#heirOf(parts);
    if (host && heir) await this.#act(succeeding(database, roomId, host.userId, heir.userId));
    const soon = parts.filter((part) => !isGone(part)).flatMap(({ userId }) => goneSince.get(userId) ?? []);
    if (soon.length > 0) agenda.putBy('absence', Math.min(...soon) + ABSENT_MS);
  }

  /** A room without anyone closes, counted from its opening too. */
  async closeIfEmpty(): Promise<void> {
    const roomId = this.#openRoomId;
    const { store, agenda, presence, database } = this.room;
    if (roomId === undefined || presence().socketCount > 0) return;
    presence().settle();
    const emptySince = Math.max(store.viewers.lastSeenAt, store.setup?.startedAt ?? 0);
    if (database.now() - emptySince < EMPTY_MS) agenda.put('empty', emptySince + EMPTY_MS);
    else await this.#act(closingEmpty(database, roomId));
  }

  get #openRoomId(): string | undefined {
    const { setup } = this.room.store;
    return setup?.kind === 'user' && setup.status === 'live' ? setup.roomId : undefined;
  }

  /** When (ms) those who are not here were here last, or got their part without ever coming. */
  #goneSince(parts: readonly Part[]): ReadonlyMap<string, number> {
    const presence = this.room.presence();
    const keyOf = (id: string) => viewerKey({ kind: 'user', id });
    presence.settle();
    const absent = parts.filter(({ userId }) => presence.socketsOfUser(userId).length === 0);
    const left = this.room.store.viewers.lastLeft(absent.map(({ userId }) => keyOf(userId)));
    return new Map(absent.map(({ userId, since }) => [userId, Math.max(since, left.get(keyOf(userId)) ?? 0)]));
  }

  /** The oldest co-host who is here, or else who has been on the stage the longest. */
  #heirOf(parts: readonly Part[]): Part | undefined {
    const here = parts.filter(({ userId }) => this.room.presence().socketsOfUser(userId).length > 0);
    return here.find(({ role }) => role === 'coHost') ?? here.find(({ role }) => role === 'speaker');
  }

  /** Writes the batch, applies what concerns this room at once, and leaves the rest to the outbox. */
  async #act({ statements, events }: Batch): Promise<void> {
    const { database, apply, deliverSoon } = this.room;
    const rows = events.map((event) => ({ id: newId(), event }));
    const plans = rows.map(({ id, event }) => planOnce(database, id, event));
    if (!(await commitIfMet(database, [...statements, ...plans])) || rows.length === 0) return;
    for (const { id, event } of rows) {
      if (event.kind === 'room') await apply(id, event.command);
      if (event.kind !== 'user-room-changed') continue;
      const setup = await readSetup(database, event.roomId);
      if (setup) await apply(id, setup);
    }
    await deliverSoon();
  }
}

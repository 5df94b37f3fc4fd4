/**
 * What only the room of a user does by itself. A speaker who is gone for a minute leaves the stage, someone takes over
 * from a host who is gone, and a room that nobody is in closes. The object knows who is here, D1 has the parts they play,
 * and each change is a batch that D1 refuses if it came too late.
 */
import type { RoomCommand, RoomEventBody } from '@/contracts/room-command';
import { type Committing, commitIfMet, type Plan } from '@/db/commit';
import { planOnce } from '@/db/outbox';
import { hostsOf, type RoomPeople, readPeople } from '@/domains/live/user-rooms/people';
import { readSetup } from '@/domains/live/user-rooms/setup';
import {
  closingEmpty,
  departing,
  type Part,
  readParts,
  succeeding,
  withdrawHands,
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
  readonly tell: (userIds: readonly string[], event: RoomEventBody) => Promise<void>;
  /** Makes the outbox deliver what this room wrote to it. */
  readonly deliverSoon: () => Promise<unknown>;
}

export class UserRoom {
  #people: Promise<RoomPeople | undefined> | undefined;
  #closing: Promise<unknown> | undefined;

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

  /**
   * The host, the co-hosts and the speakers, read once after each change. Undefined if the room is closed, or D1 does
   * not answer. If the room is just closing, it answers when that is done.
   */
  async people(): Promise<RoomPeople | undefined> {
    await this.#closing;
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
    const gone = (wanted: Part['role']) => parts.filter((part) => part.role === wanted && isGone(part));
    for (const host of gone('host')) await this.#succeed(roomId, host, parts);
    for (const { userId } of gone('speaker')) await this.#act(departing(database, roomId, userId));
    await this.#withdrawHands(
      roomId,
      gone('waiting').map(({ userId }) => userId),
    );
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
    else {
      const closing = this.#act(closingEmpty(database, roomId));
      this.#closing = closing.catch(() => undefined);
      await closing;
    }
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

  /** The one who has been co-host the longest takes over, or else the one who has been on the stage the longest. */
  async #succeed(roomId: string, host: Part, parts: readonly Part[]): Promise<void> {
    const { database, presence } = this.room;
    const here = parts.filter(({ userId, mayHost }) => mayHost === 1 && presence().socketsOfUser(userId).length > 0);
    const heirs = [...here.filter(({ role }) => role === 'coHost'), ...here.filter(({ role }) => role === 'speaker')];
    for (const { userId } of heirs) if (await this.#act(succeeding(database, roomId, host.userId, userId))) return;
  }

  /** The hosts who are here hear of each hand. */
  async #withdrawHands(roomId: string, userIds: readonly string[]): Promise<void> {
    if (userIds.length === 0) return;
    const hands = await withdrawHands(this.room.database, roomId, userIds);
    const people = hands.length > 0 && (await this.people());
    if (!people) return;
    for (const userId of hands)
      await this.room.tell(hostsOf(people), { type: 'stage-withdrawn', streamId: roomId, userId });
  }

  /**
   * Writes the batch, applies what concerns this room at once, and leaves the rest to the outbox. Returns false if D1 is
   * no longer as it was read.
   */
  async #act({ statements, events }: Plan): Promise<boolean> {
    const { database, apply, deliverSoon } = this.room;
    const rows = events.map((event) => ({ id: newId(), event }));
    const plans = rows.map(({ id, event }) => planOnce(database, id, event));
    if (!(await commitIfMet(database, [...statements, ...plans]))) return false;
    for (const { id, event } of rows) {
      if (event.kind === 'room') await apply(id, event.command);
      if (event.kind !== 'user-room-changed') continue;
      const setup = await readSetup(database, event.roomId);
      if (setup) await apply(id, setup);
    }
    await deliverSoon();
    return true;
  }
}

/**
 * Users' relations to the room, as it remembers them. A relation may speak for a user for a minute, and is read again
 * before it refuses one, at most every ten seconds a user. Each reading is judged by the door's own rule, and closes the
 * seats that the door would refuse now.
 */
import type { Context } from '@/contracts/context';
import type { Relation, RoomSetup, RoomUser } from '@/contracts/room';
import type { CloseReason } from '@/contracts/room-wire';
import { type AdmissionRefusal, mayStay } from '@/domains/live/rooms/admission';
import { planToPutOut } from '@/domains/live/rooms/participants';
import { findPeople, type People } from '@/domains/live/rooms/relation';
import { newId } from '@/shared/ids';
import type { Logger } from '@/shared/log';
import { SECOND_MS } from '@/shared/time';
import { asStranger, badgesOf, type History, judge, type Rules, type Verdict } from './policy';
import type { Presence } from './presence';
import type { RoomStore } from './store';

const TRUSTED_MS = 60 * SECOND_MS;
const REREAD_EVERY_MS = 10 * SECOND_MS;
const USERS_AT_ONCE = 100;

/** Refusals that a newer standing may lift. */
const LIFTED_BY_STANDING = new Set(['FOLLOWERS_ONLY', 'SUBSCRIBERS_ONLY']);

/** True if the verdict, or a badge, hangs on a standing that is too old for it. */
export function needsReread(
  verdict: Verdict,
  { rules, user, text, history, now }: { rules: Rules; user: RoomUser; text: string; history: History; now: number },
): boolean {
  if (!verdict.ok) return LIFTED_BY_STANDING.has(verdict.code) && now - user.standing.readAt >= REREAD_EVERY_MS;
  if (isTrusted(user.standing, now)) return false;
  if (badgesOf(user).length > 0) return true;
  const asAnybody = judge(rules, asStranger(user), text, history, now);
  return !asAnybody.ok || asAnybody.delayMs !== verdict.delayMs;
}

/** Whether it may still speak for the user. */
export function isTrusted({ readAt }: Relation, now: number): boolean {
  return now - readAt < TRUSTED_MS;
}

export function doorOf({ visibility = 'public' }: RoomSetup) {
  return { visibility };
}

/** @param denied whether it is the person who is not wanted, and not the door that is closed to such */
export function closeReason(refusal: AdmissionRefusal, denied: boolean): CloseReason {
  if (denied) return 'banned';
  if (refusal === 'FOLLOWERS_ONLY') return 'followersOnly';
  return refusal === 'SUBSCRIBERS_ONLY' ? 'subscribersOnly' : 'notVisible';
}

interface RelationsParts {
  readonly store: RoomStore;
  readonly database: Pick<Context, 'db' | 'now'>;
  readonly presence: () => Presence;
  readonly log: Logger;
  /** What they said and nobody has seen yet must not come out. */
  readonly onDenied: (userId: string) => void;
}

interface Asked {
  /** The session of a pass, beside those of the seats. */
  readonly sessionId?: string | undefined;
  /** Some session of the user ended, so a seat whose session is not known may be that one's. */
  readonly sessionsEnded?: boolean;
}

type Outcome = RoomUser | CloseReason;

export class Relations {
  readonly #reading = new Map<string, Promise<Outcome>>();

  constructor(private readonly room: RelationsParts) {}

  /** Several messages at once cost one read. @returns nothing if the user may no longer be here */
  async reread(userId: string): Promise<RoomUser | undefined> {
    const running = this.#reading.get(userId);
    const outcome = await (running ?? this.#keep(userId, this.#readOne(userId, {})));
    return typeof outcome === 'string' ? undefined : outcome;
  }

  /** Also for users who are not connected: they may still hold a pass made of what is no longer known to be true. */
  async changed(userId: string, sessionsEnded: boolean): Promise<void> {
    this.room.store.sanctions.setChanged(userId, this.room.database.now());
    // A read that has begun before may not have seen the change.
    const running = this.#reading.get(userId)?.catch(() => undefined);
    await this.#keep(
      userId,
      Promise.resolve(running).then(() => this.#readOne(userId, { sessionsEnded })),
    );
  }

  /** The user as they are now, for a pass that says too little or too old; or why they may not come in. */
  readForPass(userId: string, sessionId: string | undefined): Promise<Outcome> {
    return this.#readOne(userId, { sessionId });
  }

  /** The door has changed: everybody who is here is read again and judged by it. Safe to repeat. */
  async recheckAll(): Promise<void> {
    const userIds = this.room.presence().userIds();
    for (let start = 0; start < userIds.length; start += USERS_AT_ONCE)
      await this.#read(userIds.slice(start, start + USERS_AT_ONCE), {});
  }

  async #keep(userId: string, reading: Promise<Outcome>): Promise<Outcome> {
    this.#reading.set(userId, reading);
    try {
      return await reading;
    } finally {
      if (this.#reading.get(userId) === reading) this.#reading.delete(userId);
    }
  }

  async #readOne(userId: string, asked: Asked): Promise<Outcome> {
    return (await this.#read([userId], asked)).get(userId) ?? 'banned';
  }

  async #read(userIds: readonly string[], { sessionId, sessionsEnded = false }: Asked): Promise<Map<string, Outcome>> {
    const { store, database, presence } = this.room;
    if (!store.setup) return new Map();
    const sessionIds = new Set(userIds.flatMap((userId) => presence().sessionsOf(userId)));
    if (sessionId !== undefined) sessionIds.add(sessionId);
    const people = await findPeople(database, store.setup.roomId, userIds, [...sessionIds]);
    // From here to the end of the judging nothing is awaited: what is judged is who is here.
    const ended = [...sessionIds].filter((id) => !people.activeSessions.has(id));
    const outcomes = new Map(userIds.map((userId) => [userId, this.#judge(userId, people, ended, sessionsEnded)]));
    if (sessionId !== undefined && ended.includes(sessionId))
      for (const userId of userIds) outcomes.set(userId, 'sessionEnded');
    await this.#clearVideo(outcomes, people);
    return outcomes;
  }

  #judge(userId: string, { relations }: People, ended: readonly string[], sessionsEnded: boolean): Outcome {
    const { store, database } = this.room;
    const presence = this.room.presence();
    const now = database.now();
    const sockets = presence.socketsOfUser(userId);
    const isOver = (id: string | undefined) => (id === undefined ? sessionsEnded : ended.includes(id));
    for (const socket of sockets)
      if (isOver(presence.seatOf(socket)?.sessionId)) presence.close(socket, 'sessionEnded', now);
    const person = relations.get(userId);
    const refusal = person && store.setup ? mayStay(doorOf(store.setup), person) : 'STREAM_NOT_FOUND';
    if (person && !refusal) {
      presence.restand(person.user);
      return person.user;
    }
    // Their passes are void as well: what they may do from now on is asked at the door.
    store.sanctions.setKick(userId, newId());
    const reason = closeReason(refusal ?? 'STREAM_NOT_FOUND', person?.denied !== null);
    presence.closeAll(presence.socketsOfUser(userId), reason, now);
    this.room.onDenied(userId);
    return reason;
  }

  /** Who may not stay in the room of a live stream may not stay in its video. A block and a ban see to that themselves. */
  async #clearVideo(outcomes: ReadonlyMap<string, Outcome>, { videoRoom }: People): Promise<void> {
    const { store, database, log } = this.room;
    if (store.setup?.status !== 'live' || videoRoom === undefined) return;
    for (const [userId, outcome] of outcomes) {
      if (outcome !== 'followersOnly' && outcome !== 'subscribersOnly' && outcome !== 'notVisible') continue;
      try {
        await planToPutOut(database, videoRoom, userId);
      } catch (error) {
        log.fault('room.video', error); // the sweep that compares the video with D1 finds them
      }
    }
  }
}

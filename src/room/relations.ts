/**
 * Users' relations to the room, as the room remembers them. A relation is trusted for a minute, and read again before
 * it refuses a user, at most every ten seconds. Each reading is judged by the door's rule, and closes the seats that
 * the door would now refuse.
 */
import type { Context } from '@/contracts/context';
import type { Relation, RoomUser } from '@/contracts/room';
import type { RoomSetup } from '@/contracts/room-command';
import type { CloseReason } from '@/contracts/room-wire';
import { type AdmissionRefusal, type DoorRule, mayStay } from '@/domains/live/rooms/admission';
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

/** Refusals that a newer relation may lift. */
const LIFTED_BY_A_REREAD = new Set(['FOLLOWERS_ONLY', 'SUBSCRIBERS_ONLY', 'FOLLOW_TOO_NEW']);

/** True if the verdict, or a badge, depends on a relation that is too old for it. */
export function needsReread(
  verdict: Verdict,
  { rules, user, text, history, now }: { rules: Rules; user: RoomUser; text: string; history: History; now: number },
): boolean {
  if (!verdict.ok) return LIFTED_BY_A_REREAD.has(verdict.code) && now - user.standing.readAt >= REREAD_EVERY_MS;
  if (isTrusted(user.standing, now)) return false;
  if (badgesOf(user).length > 0) return true;
  const asAnybody = judge(rules, asStranger(user), text, history, now);
  return !asAnybody.ok || asAnybody.delayMs !== verdict.delayMs || asAnybody.held !== verdict.held;
}

/** Whether the relation is new enough to grant anything. */
export function isTrusted({ readAt }: Relation, now: number): boolean {
  return now - readAt < TRUSTED_MS;
}

export function doorOf({ kind, visibility = 'public' }: RoomSetup): DoorRule {
  if (kind === 'support') return { kind };
  return { kind: kind ?? 'stream', visibility };
}

export function hasEnded({ status }: RoomSetup): boolean {
  return status === 'ended' || status === 'cancelled';
}

/** @param denied whether the user is banned, here or from the platform; a block looks like a private stream */
export function closeReason(refusal: AdmissionRefusal, denied: boolean): CloseReason {
  if (denied) return 'banned';
  if (refusal === 'FOLLOWERS_ONLY') return 'followersOnly';
  if (refusal === 'USERS_ONLY') return 'usersOnly';
  return refusal === 'SUBSCRIBERS_ONLY' ? 'subscribersOnly' : 'notVisible';
}

interface RelationsParts {
  readonly store: RoomStore;
  readonly database: Pick<Context, 'db' | 'now'>;
  readonly presence: () => Presence;
  readonly log: Logger;
  /**
   * Called so that their messages that nobody has seen yet are dropped. `isBanned`, here or from the platform: their vote
   * no longer counts either.
   */
  readonly onDenied: (userId: string, isBanned: boolean) => void;
}

interface Asked {
  /** The session of a pass, in addition to those of the seats. */
  readonly sessionId?: string | undefined;
  /** True if a session of the user ended: a seat with an unknown session may belong to it. */
  readonly sessionsEnded?: boolean;
}

type Outcome = RoomUser | CloseReason;

export class Relations {
  readonly #reading = new Map<string, Promise<Outcome>>();

  constructor(private readonly room: RelationsParts) {}

  /** Concurrent messages share one read. @returns undefined if the user may no longer be here */
  async reread(userId: string): Promise<RoomUser | undefined> {
    const running = this.#reading.get(userId);
    const outcome = await (running ?? this.#keep(userId, this.#readOne(userId, {})));
    return typeof outcome === 'string' ? undefined : outcome;
  }

  /**
   * The user by a relation that is new enough for a decision: a minute old to grant something, ten seconds to refuse it.
   * Undefined if they may no longer be here. While D1 is unavailable, the known relation is used.
   */
  async freshEnough(user: RoomUser, grants: boolean): Promise<RoomUser | undefined> {
    const { database, log } = this.room;
    if (database.now() - user.standing.readAt < (grants ? TRUSTED_MS : REREAD_EVERY_MS)) return user;
    try {
      return await this.reread(user.id);
    } catch (error) {
      log.fault('room.relation', error);
      return user;
    }
  }

  /** Also for users who are not connected: they may still hold a pass whose facts are outdated. */
  async changed(userId: string, sessionsEnded: boolean): Promise<void> {
    this.room.store.sanctions.setChanged(userId, this.room.database.now());
    // A read that is already running may have missed the change.
    const running = this.#reading.get(userId)?.catch(() => undefined);
    await this.#keep(
      userId,
      Promise.resolve(running).then(() => this.#readOne(userId, { sessionsEnded })),
    );
    const { setup, hostId } = this.room.store;
    // The country of a support room's user decides which staff may be there.
    if (setup?.kind === 'support' && userId === hostId) await this.recheckAll();
  }

  /** Reads the user for a pass that is outdated. Returns the current user, or why they may not enter. */
  readForPass(userId: string, sessionId: string | undefined): Promise<Outcome> {
    return this.#readOne(userId, { sessionId });
  }

  /** After a change of the door: reads everyone here again and judges them by it. Safe to repeat. */
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
    const people = await findPeople(database, store.setup, userIds, [...sessionIds]);
    // Nothing is awaited from here until all are judged, so no viewer comes or goes in between.
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
    // Their passes become invalid too, so the door decides what they may do from now on.
    store.sanctions.setKick(userId, newId());
    const isBanned = person?.denied !== null && person?.denied !== 'blocked';
    const reason = closeReason(refusal ?? 'STREAM_NOT_FOUND', isBanned);
    presence.closeAll(presence.socketsOfUser(userId), reason, now);
    this.room.onDenied(userId, isBanned);
    return reason;
  }

  /** Removes users who may no longer stay in a live room from its video. Bans do that themselves. */
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

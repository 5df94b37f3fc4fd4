/**
 * What the players of the viewers can do: the room waits for those who are buffering, and tells of a broken link. Each
 * socket says it of one screening, so a new one begins with everyone ready.
 */
import type { RoomRefusal, RoomUser } from '@/contracts/room';
import type { PlayerState, ScreeningViewers } from '@/contracts/screening';
import { SECOND_MS } from '@/shared/time';
import { Paces, WAIT_PACE } from './pace';
import { refuse } from './policy';
import type { Presence, Seat } from './presence';
import { type ControlParts, speaksForAll } from './screening-control';
import type { Course, CourseParts } from './screening-course';

/** The longest that the room waits for viewers who are buffering. */
export const WAIT_MS_MAX = 10 * SECOND_MS;

/** What a viewer's player says. */
export interface PlayerNews {
  readonly state: PlayerState;
  /** The screening that it is about. If absent, the one that runs. */
  readonly screeningId?: string | undefined;
}

export class Audience {
  /** In memory: after a restart everyone may make the room wait at once again. */
  readonly #waits = new Paces(WAIT_PACE);

  constructor(
    private readonly room: CourseParts & ControlParts,
    private readonly course: Course,
  ) {}

  /** @returns the refusal, or null */
  async tell(socket: WebSocket, { viewer }: Seat, { state, screeningId }: PlayerNews): Promise<RoomRefusal | null> {
    const { running } = this.course;
    if (!running) return refuse('NO_SCREENING');
    if ((screeningId ?? running.id) !== running.id) return refuse('SCREENING_CHANGED');
    this.room.presence().watches(socket, { screeningId: running.id, state });
    if (viewer.kind === 'guest') return null; // nobody waits for a guest
    if (state === 'buffering') this.waitFor(viewer.id);
    if (state === 'failed' && !running.failed) await this.#noteFailure(viewer, running.id);
    return null;
  }

  /** Goes on if nobody is waited for any longer. */
  refresh(): void {
    const { running } = this.course;
    if (!running || running.waitsUntil === null) return;
    if (!this.room.store.setup?.userRoom?.waitForAll || this.#usersWho('buffering').size === 0) this.stopWaiting();
  }

  /** The longest wait is over, or everyone is ready. Safe to repeat. */
  stopWaiting(): void {
    const { running } = this.course;
    if (running && running.waitsUntil !== null) this.course.move(running, true, 'ready');
  }

  /** Pauses for everyone, if the host wants that and the video plays. */
  waitFor(userId: string): void {
    const { store, now } = this.room;
    const { running } = this.course;
    if (!store.setup?.userRoom?.waitForAll || !running?.isPlaying) return;
    if (this.#waits.take(userId, now()) > 0) return;
    this.course.move(running, false, 'waiting', now() + WAIT_MS_MAX);
  }

  waitForBuffering(): void {
    for (const userId of this.#usersWho('buffering')) this.waitFor(userId);
  }

  /** Null if no screening runs. */
  get viewers(): ScreeningViewers | null {
    const { running } = this.course;
    return running && listAudience(this.room.presence(), running.id);
  }

  /** Everyone hears of it once: from who speaks for all, or when it fails for more than half of the users. */
  async #noteFailure(user: RoomUser, screeningId: string): Promise<void> {
    const isForAll = await speaksForAll(this.room, user);
    const { running } = this.course; // another one may have started meanwhile
    if (running?.id !== screeningId || running.failed) return;
    const isFailing = this.#usersWho('failed').size * 2 > this.room.presence().userIds().length;
    if (!isForAll && !isFailing) return;
    this.course.save({ ...running, failed: true });
    this.course.send({ type: 'cinema-failed', screeningId, by: isForAll ? user.id : null });
  }

  #usersWho(state: PlayerState): ReadonlySet<string> {
    const { running } = this.course;
    return running ? usersWho(this.room.presence(), running.id, state) : new Set();
  }
}

/** The users who say so on at least one socket. Guests do not count. */
function usersWho(presence: Presence, screeningId: string, state: PlayerState): ReadonlySet<string> {
  const users = new Set<string>();
  for (const socket of presence.sockets()) {
    const { viewer, watch } = presence.seatOf(socket) ?? {};
    if (viewer?.kind === 'user' && watch?.screeningId === screeningId && watch.state === state) users.add(viewer.id);
  }
  return users;
}

/** Everyone in the room watches, and is ready unless they say otherwise. */
function listAudience(presence: Presence, screeningId: string): ScreeningViewers {
  const buffering = usersWho(presence, screeningId, 'buffering');
  const failed = usersWho(presence, screeningId, 'failed');
  const stateOf = (id: string): PlayerState => (buffering.has(id) ? 'buffering' : failed.has(id) ? 'failed' : 'ready');
  const { users, guests } = presence.list();
  return { users: users.map(({ id }) => ({ id, state: stateOf(id) })), guests };
}

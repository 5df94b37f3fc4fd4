/**
 * The screening in a room: an anchor from which every client computes the same position. It is stored, so it goes on
 * after a restart of the object as if nothing had happened. Each change is a durable event.
 */
import type { RoomRefusal, RoomUser, ScreeningAnswer } from '@/contracts/room';
import type {
  PlayerState,
  Program,
  Screening,
  ScreeningAct,
  ScreeningEvent,
  ScreeningViewers,
  Sync,
  SyncReason,
  Video,
} from '@/contracts/screening';
import { anchorOf, endsAt, isSameCourse, moved } from '@/domains/live/screenings/anchor';
import { mayControl } from '@/domains/live/screenings/control';
import { SECOND_MS } from '@/shared/time';
import type { Agenda, ScreeningTask } from './agenda';
import type { Broadcaster } from './broadcaster';
import { CONTROL_PACE, CONTROL_PACE_OF_ALL, Paces, WAIT_PACE } from './pace';
import { judgeReaction, refuse } from './policy';
import type { Presence, Seat } from './presence';
import type { Relations } from './relations';
import { listAudience, usersWho } from './screening-audience';
import { newScreening, presentScreening, type RunningScreening, syncedEvent } from './screening-store';
import type { RoomStore } from './store';

/** The longest that the room waits for viewers who are buffering. */
export const WAIT_MS_MAX = 10 * SECOND_MS;
/** The host may lose the connection for this long before the room pauses. */
export const HOST_AWAY_MS = 30 * SECOND_MS;

interface ScreeningParts {
  readonly store: RoomStore;
  readonly agenda: Agenda;
  readonly broadcaster: Broadcaster;
  readonly relations: Relations;
  readonly presence: () => Presence;
  readonly now: () => number;
}

export class Screenings {
  /** In memory: after a restart everyone may act at once again. */
  readonly #acts = new Paces(CONTROL_PACE);
  readonly #actsOfAll = new Paces(CONTROL_PACE_OF_ALL);
  readonly #waits = new Paces(WAIT_PACE);

  constructor(private readonly room: ScreeningParts) {}

  /** As clients see it. */
  get program(): Program {
    const { setup, screenings } = this.room.store;
    if (!setup) return { screening: null, queue: [] };
    return { screening: screenings.running && this.#present(screenings.running), queue: screenings.queue };
  }

  /** For HTTP and for the frame `cinema-sync`. */
  async act(user: RoomUser, act: ScreeningAct): Promise<ScreeningAnswer> {
    const inControl = act.type === 'sync' || (act.type === 'next' && !act.isHost) ? await this.#controls(user) : true;
    // Nothing is awaited from here on.
    const refusal = this.#refusalFor(user, act, inControl) ?? this.#do(user, act);
    return refusal ?? { ok: true, ...this.program };
  }

  /** What the viewer's player can do. @returns the refusal, or null */
  async tell(socket: WebSocket, seat: Seat, state: PlayerState): Promise<RoomRefusal | null> {
    const running = this.room.store.screenings.running;
    if (!running) return refuse('NO_SCREENING');
    const { viewer } = seat;
    this.room.presence().watches(socket, { screeningId: running.id, state });
    if (viewer.kind === 'guest') return null; // nobody waits for a guest
    if (state === 'buffering') this.#waitFor(viewer.id);
    if (state === 'failed') await this.#noteFailure(viewer);
    this.refresh();
    return null;
  }

  /** Call it when someone has come or gone, or when the setup has changed. It does not flush the broadcaster. */
  refresh(): void {
    const { store, agenda, now } = this.room;
    const { setup, screenings } = store;
    if (!setup || !screenings.running) return;
    if (this.#hostIsHere) {
      agenda.set('screening-host', null);
      if (screenings.running.hostAway) screenings.running = { ...screenings.running, hostAway: false };
    } else if (!screenings.running.hostAway) agenda.putBy('screening-host', now() + HOST_AWAY_MS);
    if (screenings.running.waitsUntil === null) return;
    if (!setup.userRoom?.waitForAll || this.#usersWho('buffering').size === 0) this.#stopWaiting();
  }

  /** Ends the screening and forgets the queue, since the room has closed. */
  close(): void {
    const { screenings } = this.room.store;
    this.#stop(null);
    if (screenings.queue.length > 0) screenings.queue = [];
  }

  /** Null if no screening runs. */
  viewers(): ScreeningViewers | null {
    const { running } = this.room.store.screenings;
    return running && listAudience(this.room.presence(), running.id);
  }

  // --- Tasks

  perform(task: ScreeningTask): void {
    if (task === 'screening-end') this.#end();
    else if (task === 'screening-wait') this.#stopWaiting();
    else this.#noteHostAway();
  }

  /** The longest wait is over, or everyone is ready. Safe to repeat. */
  #stopWaiting(): void {
    const { running } = this.room.store.screenings;
    if (running && running.waitsUntil !== null) this.#move(running, true, 'ready');
  }

  /** The host was away for too long. Safe to repeat. */
  #noteHostAway(): void {
    const { screenings } = this.room.store;
    const { running } = screenings;
    if (!running || running.hostAway || this.#hostIsHere) return;
    screenings.running = { ...running, hostAway: true };
    if (running.isPlaying || running.waitsUntil !== null) this.#move(screenings.running, false, 'host-away');
  }

  /** The video is at its end: the next one follows, or it stays there. Safe to repeat. */
  #end(): void {
    const { store, agenda, now } = this.room;
    const { running, queue } = store.screenings;
    const at = running && endsAt(running, running.durationMs);
    if (!running || at === null) return;
    if (now() < at) agenda.put('screening-end', at);
    else if (queue.length > 0) this.#next(null);
    else this.#move(running, false, 'ended');
  }

  // --- Acts

  #refusalFor(user: RoomUser, act: ScreeningAct, inControl: boolean): RoomRefusal | null {
    const { store, now } = this.room;
    const { setup } = store;
    if (setup?.status !== 'live') return refuse('ROOM_CLOSED');
    if (act.type === 'start' || act.type === 'stop' || act.type === 'queue') return null;
    if (!inControl) return refuse('NOT_ALLOWED');
    const timeOut = store.sanctions.findTimeOut(user.id);
    const refusal = judgeReaction(setup.status, { timedOutUntil: timeOut?.until ?? null }, now());
    if (refusal) return { ...refusal, reason: timeOut?.reason ?? null };
    const isHost = user.id === store.hostId;
    const waitMs = this.#acts.take(user.id, now()) || (isHost ? 0 : this.#actsOfAll.take('all', now()));
    return waitMs > 0 ? refuse('TOO_FAST', waitMs) : null;
  }

  /** @returns the refusal, if it is refused */
  #do({ id: by }: RoomUser, act: ScreeningAct): RoomRefusal | undefined {
    const { running } = this.room.store.screenings;
    switch (act.type) {
      case 'start':
        if (running) return refuse('SCREENING_RUNNING');
        this.#start(act.video, by);
        return undefined;
      case 'next':
        if (act.screeningId !== undefined && !running) return refuse('NO_SCREENING');
        if (act.screeningId !== undefined && act.screeningId !== running?.id) return undefined;
        if (this.room.store.screenings.queue.length === 0) return refuse('QUEUE_EMPTY');
        this.#next(by);
        return undefined;
      case 'sync':
        if (!running) return refuse('NO_SCREENING');
        this.#sync(running, act.sync, by);
        return undefined;
      case 'stop':
        this.#stop(by);
        return undefined;
      case 'queue':
        this.#setQueue(act.queue, by);
        return undefined;
    }
  }

  #start(video: Video, by: string | null): void {
    const at = this.room.now();
    const { running } = this.room.store.screenings;
    const screening = newScreening(video, { at, by, hostAway: running?.hostAway ?? false });
    this.#save(screening);
    this.#send({ type: 'cinema-started', screening: this.#present(screening) });
    this.refresh(); // the host may not be here
  }

  #next(by: string | null): void {
    const [video, ...rest] = this.room.store.screenings.queue;
    if (!video) return;
    this.#setQueue(rest, by);
    this.#start(video, by);
  }

  #setQueue(queue: readonly Video[], by: string | null): void {
    const { screenings } = this.room.store;
    if (JSON.stringify(queue) === JSON.stringify(screenings.queue)) return;
    screenings.queue = queue;
    this.#send({ type: 'cinema-queue', queue: [...queue], by });
  }

  #stop(by: string | null): void {
    const { running } = this.room.store.screenings;
    if (!running) return;
    this.#save(null);
    this.#send({ type: 'cinema-stopped', screeningId: running.id, by });
  }

  #sync(running: RunningScreening, sync: Sync, by: string): void {
    const now = this.room.now();
    const anchor = anchorOf(sync, running, running.durationMs, now);
    const isWaiting = running.waitsUntil !== null;
    if (!isWaiting && isSameCourse(anchor, running, running.durationMs, now)) return;
    this.#change({ ...running, ...anchor, by, reason: null, waitsUntil: null });
    if (running.isPlaying || isWaiting) return;
    for (const userId of this.#usersWho('buffering')) this.#waitFor(userId);
  }

  /** A change of the room's own, at the position of now. */
  #move(running: RunningScreening, isPlaying: boolean, reason: SyncReason): void {
    const anchor = moved(running, running.durationMs, this.room.now(), isPlaying);
    this.#change({ ...running, ...anchor, by: null, reason, waitsUntil: null });
  }

  #change(screening: RunningScreening): void {
    this.#save(screening);
    this.#send(syncedEvent(screening));
  }

  // --- Viewers

  /** Pauses for everyone, if the host wants that and the video plays. */
  #waitFor(userId: string): void {
    const { store, now } = this.room;
    const { running } = store.screenings;
    if (!store.setup?.userRoom?.waitForAll || !running?.isPlaying) return;
    if (this.#waits.take(userId, now()) > 0) return;
    const anchor = moved(running, running.durationMs, now(), false);
    this.#change({ ...running, ...anchor, by: null, reason: 'waiting', waitsUntil: now() + WAIT_MS_MAX });
  }

  /** Everyone hears of it once: from the host, a speaker in control, or when it fails for more than half of the users. */
  async #noteFailure(user: RoomUser): Promise<void> {
    const { screenings, setup } = this.room.store;
    // Where everyone is in control, the connection of one is not the link of all.
    const inControl = setup?.userRoom?.control === 'everyone' ? this.#isHost(user) : await this.#controls(user);
    const { running } = screenings;
    if (!running || running.failed) return;
    const isFailing = this.#usersWho('failed').size * 2 > this.room.presence().userIds().length;
    if (!inControl && !isFailing) return;
    this.#save({ ...running, failed: true });
    this.#send({ type: 'cinema-failed', screeningId: running.id, by: inControl ? user.id : null });
  }

  #usersWho(state: PlayerState): ReadonlySet<string> {
    const { running } = this.room.store.screenings;
    return running ? usersWho(this.room.presence(), running.id, state) : new Set();
  }

  get #hostIsHere(): boolean {
    return this.room.presence().socketsOfUser(this.room.store.hostId ?? '').length > 0;
  }

  readonly #isHost = ({ id }: RoomUser) => id === this.room.store.hostId;

  async #controls(user: RoomUser): Promise<boolean> {
    const control = this.room.store.setup?.userRoom?.control ?? 'host';
    const isHost = this.#isHost(user);
    if (isHost || control !== 'speakers') return mayControl(control, { isHost, isSpeaker: false });
    const isOnStage = ({ standing }: RoomUser) => standing.speaker === true;
    const known = await this.room.relations.freshEnough(user, isOnStage(user));
    return known !== undefined && mayControl(control, { isHost, isSpeaker: isOnStage(known) });
  }

  // --- Storage and wire

  /** Also plans what follows from it. */
  #save(screening: RunningScreening | null): void {
    const { store, agenda } = this.room;
    store.screenings.running = screening;
    agenda.set('screening-end', screening && endsAt(screening, screening.durationMs));
    agenda.set('screening-wait', screening?.waitsUntil ?? null);
    if (!screening) agenda.set('screening-host', null);
  }

  #send(event: ScreeningEvent): void {
    this.room.broadcaster.add({ at: this.room.now(), body: JSON.stringify(event) });
  }

  #present(running: RunningScreening): Screening {
    const { setup, hostId = '' } = this.room.store;
    const { viewerCount } = this.room.presence();
    return presentScreening(running, { roomId: setup?.roomId ?? '', hostId, viewerCount });
  }
}

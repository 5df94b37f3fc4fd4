/**
 * The screening in a room: who may act on it, what the acts do, and what the room does by itself. Each act is meant for
 * one video, and never hits the next.
 */
import type { RoomRefusal, RoomUser, ScreeningAnswer } from '@/contracts/room';
import type { Program, ScreeningAct, ScreeningViewers, Sync, Video } from '@/contracts/screening';
import { anchorOf, endsAt, isOfEarlierVideo, isSameCourse } from '@/domains/live/screenings/anchor';
import { SECOND_MS } from '@/shared/time';
import type { ScreeningTask } from './agenda';
import { CONTROL_PACE, CONTROL_PACE_OF_ALL, Paces } from './pace';
import { judgeReaction, refuse } from './policy';
import type { Seat } from './presence';
import { Audience, type PlayerNews } from './screening-audience';
import { type ControlParts, controls } from './screening-control';
import { Course, type CourseParts } from './screening-course';
import { newScreening, type RunningScreening } from './screening-store';

/** The host may lose the connection for this long before the room pauses. */
export const HOST_AWAY_MS = 30 * SECOND_MS;

export class Screenings {
  readonly #course: Course;
  readonly #audience: Audience;
  /** In memory: after a restart everyone may act at once again. */
  readonly #acts = new Paces(CONTROL_PACE);
  readonly #actsOfAll = new Paces(CONTROL_PACE_OF_ALL);
  readonly #queues = new Paces(CONTROL_PACE);

  constructor(private readonly room: CourseParts & ControlParts) {
    this.#course = new Course(room);
    this.#audience = new Audience(room, this.#course);
  }

  get program(): Program {
    return this.#course.program;
  }

  /** Null if no screening runs. */
  get viewers(): ScreeningViewers | null {
    return this.#audience.viewers;
  }

  /** For HTTP and for the frame `cinema-sync`. */
  async act(user: RoomUser, act: ScreeningAct): Promise<ScreeningAnswer> {
    const meantId = meantBy(act) ?? this.#course.running?.id;
    const inControl =
      act.type === 'sync' || (act.type === 'next' && !act.isHost) ? await controls(this.room, user) : true;
    // Nothing is awaited from here on.
    const refusal = this.#refusalFor(user, act, inControl) ?? this.#do(user, act, meantId);
    return refusal ?? { ok: true, ...this.program };
  }

  /** What the viewer's player can do. @returns the refusal, or null */
  async tell(socket: WebSocket, seat: Seat, news: PlayerNews): Promise<RoomRefusal | null> {
    const refusal = await this.#audience.tell(socket, seat, news);
    if (!refusal) this.refresh();
    return refusal;
  }

  /** Call it when someone has come or gone, or when the setup has changed. It does not flush the broadcaster. */
  refresh(): void {
    const { store, agenda, now } = this.room;
    const { setup, screenings } = store;
    if (!setup || !screenings.running) return;
    if (this.#isHere(store.hostId)) {
      agenda.set('screening-host', null);
      if (screenings.running.hostAway) screenings.running = { ...screenings.running, hostAway: false };
    } else if (!screenings.running.hostAway) agenda.putBy('screening-host', now() + HOST_AWAY_MS);
    this.#audience.refresh();
  }

  /** Ends the screening and forgets the queue, since the room has closed. */
  close(): void {
    const { screenings } = this.room.store;
    this.#stop(null);
    if (screenings.queue.length > 0) screenings.queue = [];
  }

  // --- Tasks

  perform(task: ScreeningTask): void {
    if (task === 'screening-end') this.#end();
    else if (task === 'screening-wait') this.#audience.stopWaiting();
    else this.#noteHostAway();
  }

  /** The host was away for too long. Safe to repeat. */
  #noteHostAway(): void {
    const { hostId, screenings } = this.room.store;
    const { running } = screenings;
    if (!running || running.hostAway || this.#isHere(hostId)) return;
    screenings.running = { ...running, hostAway: true };
    if (running.isPlaying || running.waitsUntil !== null) this.#course.move(screenings.running, false, 'host-away');
  }

  /** The video is at its end: the next one follows, or it stays there. Safe to repeat. */
  #end(): void {
    const { store, agenda, now } = this.room;
    const { running, queue } = store.screenings;
    const at = running && endsAt(running, running.durationMs);
    if (!running || at === null) return;
    if (now() < at) agenda.put('screening-end', at);
    else if (queue.length > 0) this.#next(null);
    else this.#course.move(running, false, 'ended');
  }

  // --- Acts

  #refusalFor(user: RoomUser, act: ScreeningAct, inControl: boolean): RoomRefusal | null {
    const { store, now } = this.room;
    const { setup } = store;
    if (setup?.status !== 'live') return refuse('ROOM_CLOSED');
    if (act.type === 'start' || act.type === 'stop') return null;
    if (act.type === 'queue') return refuseFor(this.#queues.take(user.id, now()));
    if (!inControl) return refuse('NOT_ALLOWED');
    const isHost = user.id === store.hostId;
    const mayBeAway = isHost || (act.type === 'next' && act.isHost);
    if (!mayBeAway && !this.#isHere(user.id)) return refuse('NOT_IN_ROOM');
    const timeOut = store.sanctions.findTimeOut(user.id);
    const refusal = judgeReaction(setup.status, { timedOutUntil: timeOut?.until ?? null }, now());
    if (refusal) return { ...refusal, reason: timeOut?.reason ?? null };
    return refuseFor(this.#acts.take(user.id, now()) || (isHost ? 0 : this.#actsOfAll.take('all', now())));
  }

  /** @param meantId the screening that the act is meant for @returns the refusal, if it is refused */
  #do({ id: by }: RoomUser, act: ScreeningAct, meantId: string | undefined): RoomRefusal | undefined {
    const { running, queue } = this.room.store.screenings;
    switch (act.type) {
      case 'start':
        if (running) return refuse('SCREENING_RUNNING');
        this.#start(act.video, by);
        return undefined;
      case 'next':
        if (act.screeningId !== undefined && !running) return refuse('NO_SCREENING');
        if (meantId !== running?.id) return undefined; // it was skipped already
        if (queue.length === 0) return refuse('QUEUE_EMPTY');
        this.#next(by);
        return undefined;
      case 'sync':
        if (!running) return refuse('NO_SCREENING');
        if (meantId !== running.id || isOfEarlierVideo(act.sync, running)) return refuse('SCREENING_CHANGED');
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
    const { running } = this.#course;
    const screening = newScreening(video, { at, by, hostAway: running?.hostAway ?? false });
    this.#course.save(screening);
    this.#course.send({ type: 'cinema-started', screening: this.#course.present(screening) });
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
    this.#course.send({ type: 'cinema-queue', queue: [...queue], by });
  }

  #stop(by: string | null): void {
    const { running } = this.#course;
    if (!running) return;
    this.#course.save(null);
    this.#course.send({ type: 'cinema-stopped', screeningId: running.id, by });
  }

  #sync(running: RunningScreening, sync: Sync, by: string): void {
    const now = this.room.now();
    const anchor = anchorOf(sync, running, running.durationMs, now);
    const isWaiting = running.waitsUntil !== null;
    if (!isWaiting && isSameCourse(anchor, running, running.durationMs, now)) return;
    this.#course.change({ ...running, ...anchor, by, reason: null, waitsUntil: null });
    if (!running.isPlaying && !isWaiting) this.#audience.waitForBuffering();
  }

  #isHere(userId: string | undefined): boolean {
    return this.room.presence().socketsOfUser(userId ?? '').length > 0;
  }
}

/** The screening that the client named, if it named one. */
function meantBy(act: ScreeningAct): string | undefined {
  if (act.type === 'sync') return act.sync.screeningId;
  return act.type === 'next' ? act.screeningId : undefined;
}

function refuseFor(waitMs: number): RoomRefusal | null {
  return waitMs > 0 ? refuse('TOO_FAST', waitMs) : null;
}

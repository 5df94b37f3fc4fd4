/**
 * Handles frames from sockets: parses one, applies the limits, acts on it. A bad frame gets an error answer and never
 * throws.
 */
import type { HeldAnswer, RoomRefusal } from '@/contracts/room';
import {
  ackOf,
  clientIdOf,
  type Frame,
  MALFORMED_FRAMES_MAX,
  type MalformedFrame,
  readFrame,
} from '@/contracts/room-wire';
import type { Committing } from '@/db/commit';
import type { Logging } from '@/domains/base/permissions/log';
import { decideInRoom } from '@/domains/live/rooms/held-as-staff';
import { toIso } from '@/shared/time';
import { signResumePass } from './admission';
import type { Broadcaster, OnStored } from './broadcaster';
import type { Chat } from './chat';
import type { HeldMessages } from './held';
import { FRAME_PACE, Paces } from './pace';
import { judgeMaintenance, judgeReaction, moderatesRoom, refuse } from './policy';
import type { Polls } from './polls';
import { type Presence, type Seat, viewerKey } from './presence';
import type { Relations } from './relations';
import type { Screenings } from './screenings';
import type { Shop } from './shop';
import type { KindFrame, SupportChat } from './support';

/** This many frames over `FRAME_PACE`, without a pause, close the socket. */
const FLOOD_FRAMES_MAX = 100;
const PAUSE_MS = FRAME_PACE.atOnce * FRAME_PACE.everyMs;

type FramesParts = Parameters<typeof signResumePass>[0] & {
  readonly broadcaster: Broadcaster;
  readonly chat: Chat;
  readonly support: SupportChat;
  readonly screenings: Screenings;
  readonly shop: Shop;
  readonly relations: Relations;
  readonly held: HeldMessages;
  readonly database: Committing & Logging;
  readonly polls: Polls;
  readonly presence: () => Presence;
};

interface Conduct {
  malformed: number;
  flooding: number;
  /** When (ms) the last frame came. */
  at: number;
}

export class Frames {
  /** Kept only while the room is awake: whoever waits until it hibernates is not flooding. */
  readonly #conduct = new WeakMap<WebSocket, Conduct>();
  /** By viewer, not by socket: reconnecting does not reset the pace. */
  readonly #paces = new Paces(FRAME_PACE);

  constructor(private readonly room: FramesParts) {}

  async receive(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const presence = this.room.presence();
    const seat = presence.seatOf(socket);
    if (!seat) return; // already closed by the room; these frames were on the way
    const now = this.room.now();
    presence.heard(socket, now);
    const conduct = this.#conductOf(socket, now);
    const frame = readFrame(data);
    if (!this.#allow(socket, seat, conduct, frame, now)) return;
    if (frame.type === 'malformed') {
      this.#malformed(socket, conduct, frame, now);
      return;
    }
    conduct.malformed = 0;
    await this.#do(socket, seat, frame);
  }

  async #do(socket: WebSocket, seat: Seat, frame: Frame): Promise<void> {
    const { broadcaster } = this.room;
    const { id } = frame;
    switch (frame.type) {
      case 'join-session': // the pass has already joined
        if (id !== undefined) broadcaster.answer(socket, ackOf(id, null));
        return;
      case 'leave-session':
        if (id !== undefined) broadcaster.answer(socket, ackOf(id, null));
        this.room.presence().close(socket, 'left', this.room.now());
        return;
      case 'ping':
        if (id === undefined) broadcaster.answer(socket, { type: 'pong' });
        else {
          const resumePass = await signResumePass(this.room, seat);
          broadcaster.answer(socket, { type: 'ack', id, serverTime: toIso(this.room.now()), resumePass });
        }
        return;
      default:
        if (this.room.store.isSupport) await this.room.support.receive(socket, seat, frame);
        else await this.#doInStream(socket, seat, frame);
    }
  }

  async #doInStream(socket: WebSocket, seat: Seat, frame: KindFrame): Promise<void> {
    const { broadcaster } = this.room;
    const { id } = frame;
    const ackInFrame = id === undefined ? undefined : () => broadcaster.answerInFrame(socket, ackOf(id, null));
    switch (frame.type) {
      case 'send-reaction': {
        const refusal = this.#refuseReaction(seat);
        if (refusal) this.#refuse(socket, id, refusal);
        else broadcaster.react(frame.reaction, ackInFrame);
        return;
      }
      case 'product-click': {
        const closed = judgeMaintenance(this.room.store.maintenance, seat.viewer, this.room.now());
        const refusal = closed ?? (await this.room.shop.click(seat.viewer, frame.productId));
        if (refusal) this.#refuse(socket, id, refusal);
        else if (id !== undefined) broadcaster.answer(socket, ackOf(id, null));
        return;
      }
      case 'vote': {
        const answer = this.room.polls.vote(seat.viewer, frame.pollId, frame.option);
        if (!answer.ok) this.#refuse(socket, id, answer);
        else if (id !== undefined) broadcaster.answer(socket, ackOf(id, null));
        return;
      }
      case 'send-message':
        await this.#say(socket, seat, frame);
        return;
      case 'cinema-sync':
      case 'cinema-state':
        await this.#doInScreening(socket, seat, frame);
        return;
      case 'resolve-held': {
        const refusal = await this.#resolveHeld(seat, frame);
        if (refusal) this.#refuse(socket, id, refusal);
        else if (id !== undefined) broadcaster.answer(socket, ackOf(id, null));
        return;
      }
      case 'typing':
      case 'read':
        this.#refuse(socket, id, refuse('NOT_ALLOWED'));
        return;
      default:
        frame satisfies never;
    }
  }

  async #doInScreening(
    socket: WebSocket,
    seat: Seat,
    frame: KindFrame & { type: 'cinema-sync' | 'cinema-state' },
  ): Promise<void> {
    const { broadcaster, screenings } = this.room;
    const refusal =
      frame.type === 'cinema-sync' ? await this.#sync(seat, frame) : await screenings.tell(socket, seat, frame);
    if (refusal) this.#refuse(socket, frame.id, refusal);
    else if (frame.id !== undefined) broadcaster.answer(socket, ackOf(frame.id, null));
  }

  async #sync({ viewer }: Seat, { type: _, id: _id, ...sync }: Frame & { type: 'cinema-sync' }) {
    const { store, now } = this.room;
    if (viewer.kind === 'guest') return refuse('NOT_ALLOWED');
    const closed = judgeMaintenance(store.maintenance, viewer, now());
    if (closed) return closed;
    const answer = await this.room.screenings.act(viewer, { type: 'sync', sync });
    return answer.ok ? null : answer;
  }

  async #resolveHeld({ viewer }: Seat, { messageId, action }: Frame & { type: 'resolve-held' }) {
    const { store, now, relations, database, held, chat } = this.room;
    if (viewer.kind !== 'user') return refuse('NOT_ALLOWED');
    const closed = judgeMaintenance(store.maintenance, viewer, now());
    if (closed) return closed;
    const user = await relations.freshEnough(viewer, moderatesRoom(viewer));
    if (!user) return refuse('BANNED');
    if (!moderatesRoom(user)) return refuse('NOT_ALLOWED');
    const { creator, moderator } = user.standing;
    if (creator || moderator) return refusalIn(chat.resolveHeld(messageId, action, user.id));
    const room = {
      heldAuthor: async (id: string) => held.authorOf(id),
      resolveHeld: async (...decision: Parameters<Chat['resolveHeld']>) => chat.resolveHeld(...decision),
    };
    const roomId = store.setup?.roomId ?? '';
    const answer = await decideInRoom(database, user.id, { room, roomId, messageId, action });
    if (typeof answer !== 'string') return refusalIn(answer);
    return refuse(answer === 'MESSAGE_NOT_FOUND' ? answer : 'NOT_ALLOWED');
  }

  #refuseReaction({ viewer }: Seat): RoomRefusal | null {
    const { store, now } = this.room;
    if (!store.setup) return refuse('ROOM_CLOSED');
    const closed = judgeMaintenance(store.maintenance, viewer, now());
    if (closed) return closed;
    const timeOut = viewer.kind === 'user' ? store.sanctions.findTimeOut(viewer.id) : undefined;
    const refusal = judgeReaction(store.setup.status, { timedOutUntil: timeOut?.until ?? null }, now());
    return refusal && timeOut ? { ...refusal, reason: timeOut.reason } : refusal;
  }

  #refuse(socket: WebSocket, id: string | undefined, { ok: _, ...why }: RoomRefusal): void {
    this.room.broadcaster.answer(socket, { type: 'error', id, ...why });
  }

  async #say(socket: WebSocket, seat: Seat, frame: Frame & { type: 'send-message' }): Promise<void> {
    const { broadcaster, chat, held } = this.room;
    const { id, text, replyTo } = frame;
    if (seat.viewer.kind === 'guest') {
      this.#refuse(socket, id, refuse(seat.viewer.unverified ? 'EMAIL_NOT_VERIFIED' : 'GUESTS_CANNOT_CHAT'));
      return;
    }
    // An error gets no answer: the message is not stored, so the client sends it again.
    const onStored: OnStored = (seq, error, stored) => {
      const { messageId, hold } = stored ?? {};
      if (error === undefined) broadcaster.answerInFrame(socket, ackOf(id, seq, { messageId, held: hold?.reason }));
    };
    const taken = await chat.take(seat.viewer, { clientId: clientIdOf(frame), text, replyTo }, onStored);
    if (!taken.ok) this.#refuse(socket, id, taken);
    else if (taken.stored) {
      const { message } = taken;
      broadcaster.answer(socket, ackOf(id, message.seq, { messageId: message.id, held: message.held }));
      // A client that sends it again may have missed that it was dropped.
      if (message.held && message.deleted) broadcaster.tell(socket, held.droppedEvent(message.id, clientIdOf(frame)));
    }
  }

  #malformed(socket: WebSocket, conduct: Conduct, { id, message }: MalformedFrame, now: number): void {
    conduct.malformed += 1;
    this.room.broadcaster.answer(socket, { type: 'error', id, code: 'FRAME_INVALID', message });
    if (conduct.malformed >= MALFORMED_FRAMES_MAX) this.room.presence().close(socket, 'malformed', now);
  }

  #allow(socket: WebSocket, { viewer }: Seat, conduct: Conduct, { id }: Frame | MalformedFrame, now: number): boolean {
    if (now - conduct.at >= PAUSE_MS) conduct.flooding = 0;
    conduct.at = now;
    const retryAfterMs = this.#paces.take(viewerKey(viewer), now);
    if (retryAfterMs === 0) return true;
    conduct.flooding += 1;
    this.#refuse(socket, id, refuse('TOO_FAST', retryAfterMs));
    if (conduct.flooding >= FLOOD_FRAMES_MAX) this.room.presence().close(socket, 'malformed', now);
    return false;
  }

  #conductOf(socket: WebSocket, now: number): Conduct {
    const known = this.#conduct.get(socket);
    if (known) return known;
    const conduct: Conduct = { malformed: 0, flooding: 0, at: now };
    this.#conduct.set(socket, conduct);
    return conduct;
  }
}

function refusalIn(answer: HeldAnswer): RoomRefusal | null {
  return answer.ok ? null : answer;
}

/**
 * The live side of a support room. D1 has its messages, so the room stores none: it reads what its sockets have not got
 * and sends it in the thread's order. Each seat knows the last `seq` it got, so nothing is missed or sent twice.
 */

import type { RoomRefusal, RoomUser } from '@/contracts/room';
import type { RoomEventBody } from '@/contracts/room-command';
import { writeEvent } from '@/contracts/room-events/events';
import type { RoomRefusalCode } from '@/contracts/room-events/refusals';
import { type Answer, ackOf, clientIdOf, type Frame } from '@/contracts/room-wire';
import type { Committing } from '@/db/commit';
import type { Logging } from '@/domains/base/permissions/log';
import type { Access } from '@/domains/operations/support-chat/access';
import { messagesAfter, messagesForNewcomer, type PresentedMessage } from '@/domains/operations/support-chat/messages';
import { postMessage } from '@/domains/operations/support-chat/post';
import { readInRoom } from '@/domains/operations/support-chat/read';
import { messageText, TEXT_CHARACTERS_MAX } from '@/domains/operations/support-chat/schemas';
import { AppError } from '@/http/errors';
import type { Logger } from '@/shared/log';
import { SECOND_MS } from '@/shared/time';
import type { Broadcaster } from './broadcaster';
import { judgeMaintenance, refuse } from './policy';
import type { Presence, Seat } from './presence';
import { isTrusted, type Relations } from './relations';
import type { RoomStore } from './store';

const PAGE_MESSAGES = 100;
/** A user is shown to be typing at most this often. */
export const TYPING_EVERY_MS = 3 * SECOND_MS;

/** The frames that mean something else in each kind of room. */
export type KindFrame = Exclude<Frame, { readonly type: 'join-session' | 'leave-session' | 'ping' }>;

/** What a newcomer gets first. */
export interface Opening {
  readonly seq: number;
  /** Events, oldest first. */
  readonly messages: readonly string[];
  readonly missed: readonly string[];
}

interface SupportParts {
  readonly store: RoomStore;
  readonly presence: () => Presence;
  readonly broadcaster: Broadcaster;
  readonly relations: Relations;
  readonly database: Committing & Logging;
  readonly log: Logger;
}

export class SupportChat {
  /** When (ms) each user was last shown to be typing. Only users who are here, so it stays small. */
  readonly #typedAt = new Map<string, number>();

  constructor(private readonly room: SupportParts) {}

  /** @param since the last seq that the client has, or null */
  async open(since: number | null, newest: number, missedMax: number): Promise<Opening> {
    const afterMax = missedMax + 1;
    const read = await messagesForNewcomer(this.room.database, this.#threadId, { newest, after: since, afterMax });
    const seq = read.newest.at(-1)?.seq ?? 0;
    const isTooFar = since !== null && (since > seq || read.after.length === afterMax);
    const missed: readonly RoomEventBody[] = isTooFar ? [{ type: 'resync', seq }] : read.after.map(eventOf);
    return { seq, messages: read.newest.map(asJson), missed: missed.map(writeEvent) };
  }

  /** Sends every socket what it has not got yet. May run at the same time as itself. */
  async sendNews(): Promise<void> {
    for (;;) {
      const from = this.#lowestSeq();
      if (from === undefined) return;
      const page = await messagesAfter(this.room.database, this.#threadId, from, PAGE_MESSAGES);
      // Nothing is awaited from here on: each seat says what its socket has got by now.
      const presence = this.room.presence();
      for (const socket of [...presence.sockets()]) {
        const { seq = 0 } = presence.seatOf(socket) ?? {};
        const unseen = page.filter((message) => message.seq > seq);
        const last = unseen.at(-1);
        if (!last) continue;
        presence.reached(socket, last.seq);
        this.room.broadcaster.tellAll(socket, unseen.map(eventOf));
      }
      if (page.length < PAGE_MESSAGES) return;
    }
  }

  /** The same, for a newcomer: if D1 is unavailable, the next message brings the others along. */
  async catchUp(): Promise<void> {
    await this.sendNews().catch((error: unknown) => this.room.log.fault('room.support', error));
  }

  /** Sends an event to everyone here. It is not stored and has no seq. */
  tell(event: RoomEventBody, but?: string): void {
    const presence = this.room.presence();
    for (const socket of [...presence.sockets()])
      if (presence.seatOf(socket)?.viewer.id !== but) this.room.broadcaster.tell(socket, event);
  }

  async receive(socket: WebSocket, seat: Seat, frame: KindFrame): Promise<void> {
    const { id } = frame;
    const answer = (given: Answer) => this.room.broadcaster.answer(socket, given);
    const writer = await this.#writerOf(seat);
    const refusal = writer ? await this.#refusalOf(writer, frame, answer) : refuse('NOT_ALLOWED');
    if (refusal) {
      const { code, message, retryAfterMs } = refusal;
      answer({ type: 'error', id, code, message, retryAfterMs });
    }
  }

  /** Does what the frame asks, and acknowledges it. Returns the refusal, if it is refused. */
  async #refusalOf(
    writer: RoomUser,
    frame: KindFrame,
    answer: (given: Answer) => void,
  ): Promise<RoomRefusal | undefined> {
    const done = (seq: number | null = null, messageId?: string) => {
      if (frame.id !== undefined) answer(ackOf(frame.id, seq, { messageId }));
    };
    const closed = judgeMaintenance(this.room.store.maintenance, writer, this.room.database.now());
    if (closed) return closed;
    switch (frame.type) {
      case 'send-message': {
        if (frame.replyTo !== undefined) return refuse('REPLY_NOT_FOUND'); // there are no replies here
        const text = messageText.safeParse(frame.text);
        if (!text.success) return invalidMessage();
        const posted = await refused(() =>
          postMessage(this.room.database, this.#posted(writer, clientIdOf(frame), text.data)),
        );
        if ('ok' in posted) return posted;
        done(posted.seq, posted.id);
        await this.sendNews();
        return undefined;
      }
      case 'typing':
        if (this.#mayShowTyping(writer.id)) this.tell({ type: 'support-typing', userId: writer.id }, writer.id);
        done();
        return undefined;
      case 'read': {
        const read = await refused(async () => ({
          event: await readInRoom(this.room.database, this.#accessOf(writer), frame.messageId),
        }));
        if ('ok' in read) return read;
        if (read.event) this.tell(read.event);
        done();
        return undefined;
      }
      case 'send-reaction':
      case 'product-click':
      case 'vote':
      case 'cinema-sync':
      case 'cinema-state':
      case 'resolve-held':
        return refuse('NOT_ALLOWED');
      default:
        frame satisfies never;
    }
  }

  /** The user as they are now. Undefined if they may no longer be here. */
  async #writerOf({ viewer }: Seat): Promise<RoomUser | undefined> {
    if (viewer.kind !== 'user') return undefined;
    if (isTrusted(viewer.standing, this.room.database.now())) return viewer;
    try {
      return await this.room.relations.reread(viewer.id);
    } catch (error) {
      this.room.log.fault('room.relation', error);
      return undefined;
    }
  }

  #posted(writer: RoomUser, clientId: string, text: string) {
    const { threadId, userId, side } = this.#accessOf(writer);
    return { threadId, userId, authorId: writer.id, fromStaff: side === 'staff', clientId, text };
  }

  #accessOf({ standing }: RoomUser): Access {
    const { store } = this.room;
    return { threadId: this.#threadId, userId: store.hostId ?? '', side: standing.creator ? 'user' : 'staff' };
  }

  #mayShowTyping(userId: string): boolean {
    const now = this.room.database.now();
    if (now < (this.#typedAt.get(userId) ?? 0) + TYPING_EVERY_MS) return false;
    this.#typedAt.set(userId, now);
    return true;
  }

  get #threadId(): string {
    return this.room.store.setup?.roomId ?? '';
  }

  #lowestSeq(): number | undefined {
    const presence = this.room.presence();
    const seqs = [...presence.sockets()].map((socket) => presence.seatOf(socket)?.seq ?? 0);
    return seqs.length === 0 ? undefined : Math.min(...seqs);
  }
}

function eventOf(message: PresentedMessage): RoomEventBody {
  return { type: 'support-message', seq: message.seq, message };
}

function asJson(message: PresentedMessage): string {
  return writeEvent(eventOf(message));
}

function invalidMessage(): RoomRefusal {
  const message = `A message can have 1 to ${TEXT_CHARACTERS_MAX} characters and no control characters.`;
  return { ...refuse('MESSAGE_INVALID'), message };
}

/** The refusals of the domain that a socket can get, by their codes here. */
const REFUSED: Readonly<Record<string, RoomRefusalCode>> = {
  TOO_FAST: 'TOO_FAST',
  THREAD_NOT_FOUND: 'NOT_ALLOWED',
  ACCOUNT_BANNED: 'NOT_ALLOWED',
  MESSAGE_NOT_FOUND: 'MESSAGE_NOT_FOUND',
};

/** Turns the domain's refusal into the room's. */
async function refused<T>(act: () => Promise<T>): Promise<T | RoomRefusal> {
  try {
    return await act();
  } catch (error) {
    const code = error instanceof AppError ? REFUSED[error.code] : undefined;
    if (code === undefined || !(error instanceof AppError)) throw error;
    const { retryAfterMs } = (error.details ?? {}) as { retryAfterMs?: number }; // as the domain gives it
    return refuse(code, retryAfterMs);
  }
}

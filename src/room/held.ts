/**
 * Messages that wait, as moderators see them: what waits, and how each ends. They are told of both, without a seq; the
 * author is told if nobody will see the message. The message of a moderator's yes is numbered then.
 */

import type { HeldMessage } from '@/contracts/chat-message';
import type { HeldAction } from '@/contracts/chat-rules';
import type { HeldAnswer, RoomViewer } from '@/contracts/room';
import type { EventBody, RoomEventBody } from '@/contracts/room-events/events';
import { messageOfBody } from '@/contracts/room-wire';
import { toIso } from '@/shared/time';
import type { Broadcaster } from './broadcaster';
import { logModeration } from './moderation-log';
import { moderatesRoom, refuse } from './policy';
import type { Presence } from './presence';
import type { RoomStore } from './store';
import type { Decision, Waiting } from './waiting-store';

/** How many messages wait for a moderator at most, in the room and of one user. A newer one is refused. */
export const HELD_MAX = 500;
export const HELD_OF_USER_MAX = 10;
/** How many of the oldest a moderator who enters is shown. The others are in the list over HTTP. */
const SHOWN_ON_ENTRY = 100;
const HELD_PAGE_MAX = 100;

/** How a message's waiting ends: decided, deleted, withdrawn by a sanction, or with the stream. */
type Ending = HeldAction | 'delete' | 'withdraw' | 'end';

interface HeldParts {
  readonly store: RoomStore;
  readonly broadcaster: Broadcaster;
  readonly presence: () => Presence;
  readonly now: () => number;
}

export class HeldMessages {
  constructor(private readonly room: HeldParts) {}

  isFull(userId: string): boolean {
    const { store, broadcaster } = this.room;
    const stored = store.waiting.count(userId);
    const buffered = broadcaster.undecided();
    const own = stored.own + buffered.filter((authorId) => authorId === userId).length;
    return stored.all + buffered.length >= HELD_MAX || own >= HELD_OF_USER_MAX;
  }

  /** For the frame that is being made: call it only from within an OnStored. */
  tellHeld(waiting: Waiting): void {
    this.#tellModerators(this.#heldEvent(waiting), true);
  }

  /** What a moderator who enters is shown. */
  onEntry(viewer: RoomViewer): RoomEventBody[] {
    if (!moderatesRoom(viewer) || this.room.store.isSupport) return [];
    this.room.broadcaster.flush(); // what is in the buffer is told to whoever is here already
    return this.room.store.waiting.list(null, SHOWN_ON_ENTRY).map((waiting) => this.#heldEvent(waiting));
  }

  list(after: { readonly at: number; readonly id: string } | null, limit: number): HeldMessage[] {
    const { store, broadcaster } = this.room;
    broadcaster.flush();
    return store.waiting.list(after, Math.min(limit, HELD_PAGE_MAX + 1)).map(({ body, reason, releaseAt }) => ({
      ...messageOfBody(this.#shown(body), null),
      ...{ reason, releaseAt },
    }));
  }

  /** Null if it never waited, or no longer waits and nobody decided. */
  authorOf(messageId: string): string | null {
    const { store, broadcaster } = this.room;
    broadcaster.flush();
    return store.waiting.find(messageId)?.message.userId ?? store.waiting.findDecision(messageId)?.userId ?? null;
  }

  /** Lets the message through or drops it: the first decision stands. */
  resolve(messageId: string, action: HeldAction, by: string): HeldAnswer {
    const { store, broadcaster, now } = this.room;
    broadcaster.flush(); // a message in the buffer can be decided too
    const decided = store.waiting.findDecision(messageId);
    if (decided) return this.#answer(messageId, action, decided);
    const waiting = store.waiting.find(messageId);
    if (!waiting) return refuse('MESSAGE_NOT_FOUND');
    const decision: Decision = { action, by, at: now(), userId: waiting.message.userId };
    store.atomically(() => {
      this.#record(waiting, decision);
      if (action === 'allow') store.waiting.take(messageId);
      else store.waiting.erase([messageId]);
    });
    if (action === 'allow') this.show(waiting, by);
    else this.#ended([waiting], 'drop', by);
    broadcaster.flush();
    return this.#answer(messageId, action, decision);
  }

  /** Stores the decision, in the same turn as what follows from it. */
  #record({ message, body }: Waiting, decision: Decision): void {
    const { action, by, userId } = decision;
    this.room.store.waiting.decide(message.id, decision);
    const { text } = messageOfBody(body, null);
    logModeration(this.room, { action: `${action}-held`, by, userId, messageId: message.id, text });
  }

  /** Sends a message that waited to everyone. It is no longer in the store. @param by null if its time has come */
  show(waiting: Waiting, by: string | null): void {
    const { at, body, message } = waiting;
    this.room.broadcaster.add({ at, body, message }, (_seq, error) => {
      if (error === undefined) this.#tellModerators(this.#resolvedEvent(message.id, 'allow', by), true);
    });
  }

  /** The author or a moderator deleted the message. */
  deleted(waiting: Waiting, by: string): void {
    this.room.store.waiting.erase([waiting.message.id]);
    this.#ended([waiting], 'delete', by);
  }

  /** A sanction withdraws what of the user nobody has seen yet. */
  withdraw(userId: string, by: string | null): void {
    this.#erase(this.room.store.waiting.allOf(userId), 'withdraw', by);
  }

  /** The stream is over: what waits for a moderator is never shown. */
  end(): void {
    this.#erase(this.room.store.waiting.undecided(), 'end', null);
  }

  #erase(waiting: readonly Waiting[], ending: Ending, by: string | null): void {
    if (waiting.length === 0) return;
    this.room.store.waiting.erase(waiting.map(({ message }) => message.id));
    this.#ended(waiting, ending, by);
  }

  /** Tells moderators how it ended, and the authors that nobody will see their messages. */
  #ended(waiting: readonly Waiting[], ending: Ending, by: string | null): void {
    const { broadcaster, presence } = this.room;
    for (const { message } of waiting) {
      this.#tellModerators(this.#resolvedEvent(message.id, ending, by), false);
      for (const socket of presence().socketsOfUser(message.userId))
        broadcaster.tell(socket, this.droppedEvent(message.id, message.clientId));
    }
  }

  droppedEvent(messageId: string, clientId: string): RoomEventBody {
    return { type: 'message-dropped', streamId: this.#streamId, messageId, id: clientId };
  }

  #resolvedEvent(messageId: string, action: Ending, by: string | null): RoomEventBody {
    return { type: 'held-resolved', streamId: this.#streamId, messageId, action, by };
  }

  #tellModerators(event: RoomEventBody, isInFrame: boolean): void {
    const { broadcaster, presence } = this.room;
    for (const socket of [...presence().moderatorSockets()])
      if (isInFrame) broadcaster.tellInFrame(socket, event);
      else broadcaster.tell(socket, event);
  }

  #answer(messageId: string, action: HeldAction, decided: Decision): HeldAnswer {
    const { by, at } = decided;
    if (decided.action !== action) return { ...refuse('HELD_DECIDED'), decided: { action: decided.action, by } };
    return { ok: true, messageId, action, by, at, seq: this.room.store.messages.findById(messageId)?.seq ?? null };
  }

  get #streamId(): string {
    return this.room.store.setup?.roomId ?? '';
  }

  #heldEvent({ body, reason, releaseAt }: Pick<Waiting, 'body' | 'reason' | 'releaseAt'>): RoomEventBody {
    const message = JSON.parse(this.#shown(body)) as EventBody<'new-message'>; // by `bodyOfMessage`
    return {
      ...{ ...message, type: 'message-held', reason },
      ...(releaseAt === null ? {} : { releaseAt: toIso(releaseAt) }),
    };
  }

  /** With what it shows of the message that it answers. */
  #shown(body: string): string {
    return this.room.store.fill([body])[0] ?? body;
  }
}

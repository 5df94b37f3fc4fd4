/**
 * Chat: a message is judged, stored with its frame, then acknowledged. The client's own id makes a message unique for
 * good.
 */

import type { ChatMessage, Draft, Mention } from '@/contracts/chat-message';
import type { HeldAction } from '@/contracts/chat-rules';
import type { Approval, HeldAnswer, RoomRefusal, RoomUser, SayAnswer } from '@/contracts/room';
import { writeEvent } from '@/contracts/room-events/events';
import { bodyOfMessage, messageOfBody } from '@/contracts/room-wire';
import type { Logger } from '@/shared/log';
import type { Agenda } from './agenda';
import type { Broadcaster, OnStored } from './broadcaster';
import type { ChannelEmotes } from './channel-emotes';
import { sentAs } from './chat-history';
import { compose } from './compose';
import type { HeldMessages } from './held';
import { logModeration } from './moderation-log';
import { judge, judgeMaintenance, type Rules, refuse, rulesOf, type Verdict } from './policy';
import type { Presence } from './presence';
import { needsReread, type Relations } from './relations';
import type { NewEvent } from './sql';
import type { RoomStore } from './store';
import type { Hold } from './waiting-store';
import { Writers } from './writers';

/** How many approvals are kept: a gift's request may be repeated while it runs, or because its answer was lost. */
const REMEMBERED_APPROVALS_MAX = 1_000;
/** Waiting messages due within this time of each other are released together. */
const RELEASE_EVERY_MS = 250;

/** `stored: false`: the OnStored is called later, when the frame is made. */
export type Taken = { readonly ok: true; readonly message: ChatMessage; readonly stored: boolean } | RoomRefusal;

interface ChatParts {
  readonly store: RoomStore;
  readonly broadcaster: Broadcaster;
  readonly agenda: Agenda;
  readonly relations: Relations;
  readonly emotes: Pick<ChannelEmotes, 'current' | 'beforeJudging'>;
  readonly presence: () => Presence;
  readonly held: HeldMessages;
  /** The people that a text names. */
  readonly mentionsIn: (text: string) => readonly Mention[];
  readonly now: () => number;
  readonly log: Logger;
}

export class Chat {
  readonly #writers: Writers;
  /** By sender and gift key. */
  readonly #approvals = new Map<string, Approval>();
  #rules: Rules | undefined;

  constructor(private readonly room: ChatParts) {
    this.#writers = new Writers(room);
  }

  /** Call it when the setup or the channel's emotes have changed. */
  forgetRules(): void {
    this.#rules = undefined;
  }

  /** Call it when the user was deleted. */
  forget(userId: string): void {
    this.#writers.forget(userId);
  }

  /** @param onStored called with the message's seq, unless the message was already stored or is refused */
  take(user: RoomUser, draft: Draft, onStored: OnStored): Promise<Taken> {
    return this.#judge(
      user,
      draft.text,
      () => this.#findKnown(user.id, draft.clientId, onStored),
      (writer, verdict) => this.#accept(writer, { ...draft, text: verdict.text }, verdict, onStored),
      () => this.#refuseReply(draft),
    );
  }

  /**
   * Judges the text of a gift, and counts it, like a chat message. No moderator decides on it before the gift is paid, so
   * a text that would wait for one is refused. Who pays need not have written before.
   */
  approve(user: RoomUser, key: string, text: string): Promise<Approval> {
    const id = `${user.id} ${key}`;
    return this.#judge(
      user,
      text,
      () => this.#approvals.get(id),
      (_writer, { text, delayMs, held }) => {
        if (held === 'blocked-words') return refuse('BLOCKED_WORDS');
        if (held === 'link') return refuse('LINKS_NOT_ALLOWED');
        const approval: Approval = { ok: true, text, delayMs };
        const [oldest] = this.#approvals.keys();
        if (oldest !== undefined && this.#approvals.size >= REMEMBERED_APPROVALS_MAX) this.#approvals.delete(oldest);
        this.#approvals.set(id, approval);
        return approval;
      },
    );
  }

  /**
   * Judges by the current rules. Reads the user's relation again if the verdict depends on an outdated one.
   * @param findKnown finds the answer to an earlier identical request, in the same turn as the verdict
   * @param refuseElse what else refuses it, once the rules allow it
   */
  async #judge<T extends { readonly ok: boolean }>(
    user: RoomUser,
    text: string,
    findKnown: () => T | undefined,
    accept: (writer: RoomUser, verdict: Verdict & { ok: true }) => T,
    refuseElse: () => RoomRefusal | null = () => null,
  ): Promise<T | RoomRefusal> {
    const waiting = this.room.emotes.beforeJudging(text);
    if (waiting) await waiting;
    let writer = user;
    for (let mayReread = true; ; mayReread = false) {
      const { setup } = this.room.store; // it may have changed while the relation was read
      if (!setup) return refuse('ROOM_CLOSED');
      const known = findKnown();
      if (known) return known;
      const now = this.room.now();
      const closed = judgeMaintenance(this.room.store.maintenance, writer, now);
      if (closed) return closed;
      this.#rules ??= rulesOf(setup.policy, setup.status, this.room.emotes.current);
      const rules = this.#rules;
      const history = this.#writers.historyOf(writer.id);
      const verdict = judge(rules, writer, text, history, now);
      if (mayReread && needsReread(verdict, { rules, user: writer, text, history, now })) {
        const reread = await this.#reread(writer);
        if (!reread) return refuse('BANNED');
        writer = reread;
        continue;
      }
      if (!verdict.ok) return verdict;
      const refusal = refuseElse();
      if (refusal) return refusal;
      const answer = accept(writer, verdict);
      if (answer.ok) this.#writers.remember(writer.id, verdict.text, history);
      return answer;
    }
  }

  /** Same as over the socket, but waits until the message's frame is made. */
  async say(user: RoomUser, draft: Draft): Promise<SayAnswer> {
    const stored = Promise.withResolvers<number | null>();
    stored.promise.catch(() => undefined); // if it fails at once, `take` throws the same error
    const taken = await this.take(user, draft, (seq, error) =>
      error === undefined ? stored.resolve(seq) : stored.reject(error),
    );
    if (!taken.ok) return taken;
    if (taken.stored) return { ok: true, message: taken.message };
    const seq = await stored.promise;
    // What it answers may have been deleted meanwhile.
    const kept = taken.message.replyTo && this.room.store.messages.find(user.id, draft.clientId);
    if (!kept) return { ok: true, message: { ...taken.message, seq } };
    return { ok: true, message: withHeld(sentAs(this.room.store, kept.body, seq), kept.reason) };
  }

  #refuseReply({ replyTo }: Draft): RoomRefusal | null {
    return replyTo === undefined || this.room.store.replies.find(replyTo) ? null : refuse('REPLY_NOT_FOUND');
  }

  delete(messageId: string, byUserId: string, mayDeleteAny: boolean): { readonly ok: true } | RoomRefusal {
    const { store, broadcaster, now } = this.room;
    if (!store.setup) return refuse('MESSAGE_NOT_FOUND');
    broadcaster.flush(); // a message in the buffer can be deleted too
    const found = store.messages.findById(messageId);
    if (!found) return refuse('MESSAGE_NOT_FOUND');
    const message = messageOfBody(found.body, found.seq);
    if (message.userId !== byUserId && !mayDeleteAny) return refuse('NOT_ALLOWED');
    if (message.deleted) return { ok: true };
    const { streamId, userId, text } = message;
    if (userId !== byUserId)
      logModeration(this.room, { action: 'delete-message', by: byUserId, userId, messageId, text });
    this.forget(userId);
    const waiting = found.seq === null && store.waiting.find(messageId);
    if (waiting) this.room.held.deleted(waiting, byUserId);
    else {
      store.messages.erase(messageId);
      const body = writeEvent({ type: 'message-deleted', streamId, messageId, userId });
      broadcaster.add({ at: now(), body });
      broadcaster.flush();
    }
    return { ok: true };
  }

  /** Drops the user's messages that nobody has seen yet, including those in the buffer. @param by whose act it is */
  withdraw(userId: string, by: string | null = null): void {
    this.room.broadcaster.flush(); // once stored, they can be erased
    this.room.held.withdraw(userId, by);
    this.forget(userId);
    this.room.store.gifts.blankHeldOf(userId);
  }

  /** A moderator decides on a message that waits. */
  resolveHeld(messageId: string, action: HeldAction, by: string): HeldAnswer {
    if (!this.room.store.setup) return refuse('MESSAGE_NOT_FOUND');
    const authorId = this.room.held.authorOf(messageId);
    const answer = this.room.held.resolve(messageId, action, by);
    if (answer.ok && authorId !== null) this.forget(authorId); // a dropped text may be written again
    return answer;
  }

  /** Sends the messages and gifts that have waited long enough. Safe to repeat. */
  release(): void {
    const { store, broadcaster, agenda, held, now } = this.room;
    for (;;) {
      const messages = store.waiting.takeReleased(now());
      const gifts: NewEvent[] = store.gifts.takeReleased(now());
      if (messages.length === 0 && gifts.length === 0) break;
      for (const message of messages) held.show(message, null);
      for (const gift of gifts) broadcaster.add(gift);
      broadcaster.flush();
    }
    const next = Math.min(...[store.waiting.nextReleaseAt(), store.gifts.nextReleaseAt()].filter((at) => at !== null));
    if (next < Number.POSITIVE_INFINITY) agenda.put('release', Math.max(next, now() + RELEASE_EVERY_MS));
  }

  #accept(user: RoomUser, draft: Draft, verdict: Verdict & { ok: true }, onStored: OnStored): Taken {
    const { broadcaster, agenda, emotes, held, now } = this.room;
    const at = now();
    const hold = holdOf(verdict, at);
    if (hold?.releaseAt === null && held.isFull(user.id)) return refuse('TOO_MANY_HELD');
    const message = compose({ ...this.room, emotes: emotes.current, now: at }, user, draft);
    const entry = {
      at,
      body: bodyOfMessage(message),
      message: { id: message.id, userId: user.id, clientId: draft.clientId },
    };
    if (!hold) {
      broadcaster.add(entry, onStored);
      return { ok: true, message, stored: false };
    }
    broadcaster.add({ ...entry, hold }, (seq, error) => {
      if (error === undefined) held.tellHeld({ ...entry, ...hold });
      onStored(seq, error, { messageId: message.id, hold });
    });
    if (hold.releaseAt !== null) agenda.putBy('release', hold.releaseAt);
    return { ok: true, message: { ...message, held: hold.reason }, stored: false };
  }

  #findKnown(userId: string, clientId: string, onStored: OnStored): Taken | undefined {
    const stored = this.room.store.messages.find(userId, clientId);
    if (stored)
      return {
        ok: true,
        message: withHeld(sentAs(this.room.store, stored.body, stored.seq), stored.reason),
        stored: true,
      };
    const buffered = this.room.broadcaster.findMessage(userId, clientId);
    buffered?.wait(onStored);
    if (!buffered) return undefined;
    return {
      ok: true,
      message: withHeld(sentAs(this.room.store, buffered.body, null), buffered.reason),
      stored: false,
    };
  }

  /** While D1 is unavailable, the remembered relation is used, but shows no badge. */
  async #reread(user: RoomUser): Promise<RoomUser | undefined> {
    try {
      return await this.room.relations.reread(user.id);
    } catch (error) {
      this.room.log.fault('room.relation', error);
      return user;
    }
  }
}

/** How the message waits; undefined if it is shown at once. */
function holdOf({ held, delayMs }: Verdict & { ok: true }, at: number): Hold | undefined {
  if (held) return { reason: held, releaseAt: null };
  return delayMs > 0 ? { reason: 'delay', releaseAt: at + delayMs } : undefined;
}

function withHeld(message: ChatMessage, held: Hold['reason'] | null): ChatMessage {
  return held ? { ...message, held } : message;
}

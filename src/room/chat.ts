/**
 * Chat: a message is judged, stored with its frame, then acknowledged. The client's own id makes a message unique for
 * good.
 */

import type { Approval, ChatMessage, Draft, RoomRefusal, RoomUser, SaidAround, SayAnswer } from '@/contracts/room';
import { writeEvent } from '@/contracts/room-events/events';
import { bodyOfMessage, messageOfBody } from '@/contracts/room-wire';
import type { Logger } from '@/shared/log';
import type { Agenda } from './agenda';
import type { Broadcaster, OnStored } from './broadcaster';
import { compose } from './compose';
import { logModeration } from './moderation-log';
import { MESSAGE_PACE, takeOne } from './pace';
import { type History, judge, judgeMaintenance, type Rules, refuse, rulesOf, type Verdict } from './policy';
import type { Presence } from './presence';
import { needsReread, type Relations } from './relations';
import type { NewEvent } from './sql';
import type { RoomStore } from './store';

export const HISTORY_MESSAGES_MAX = 100;
/** How many writers are kept in memory; the others are read from the store. */
const REMEMBERED_WRITERS_MAX = 5_000;
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
  readonly presence: () => Presence;
  readonly now: () => number;
  readonly log: Logger;
}

export class Chat {
  /** The last message and the pace of recent writers. Missing ones are read from the store. */
  readonly #last = new Map<string, Pick<History, 'lastAt' | 'lastText' | 'caughtUpAt'>>();
  /** By sender and gift key. */
  readonly #approvals = new Map<string, Approval>();
  #rules: Rules | undefined;

  constructor(private readonly room: ChatParts) {}

  /** Call it when the setup has changed. */
  forgetRules(): void {
    this.#rules = undefined;
  }

  /** Call it when the user was deleted. */
  forget(userId: string): void {
    this.#last.delete(userId);
  }

  /** @param onStored called with the message's seq, unless the message was already stored or is refused */
  take(user: RoomUser, draft: Draft, onStored: OnStored): Promise<Taken> {
    return this.#judge(
      user,
      draft.text,
      () => this.#findKnown(user.id, draft.clientId, onStored),
      (writer, verdict) => this.#accept(writer, { ...draft, text: verdict.text }, verdict.delayMs, onStored),
    );
  }

  /** Judges the text of a gift, and counts it, like a chat message. */
  approve(user: RoomUser, key: string, text: string): Promise<Approval> {
    const id = `${user.id} ${key}`;
    return this.#judge(
      user,
      text,
      () => this.#approvals.get(id),
      (_writer, approval) => {
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
   */
  async #judge<T>(
    user: RoomUser,
    text: string,
    findKnown: () => T | undefined,
    accept: (writer: RoomUser, verdict: Verdict & { ok: true }) => T,
  ): Promise<T | RoomRefusal> {
    const { setup } = this.room.store;
    if (!setup) return refuse('ROOM_CLOSED');
    let writer = user;
    for (let mayReread = true; ; mayReread = false) {
      const known = findKnown();
      if (known) return known;
      const now = this.room.now();
      const closed = judgeMaintenance(this.room.store.maintenance, writer, now);
      if (closed) return closed;
      this.#rules ??= rulesOf(setup.policy, setup.status);
      const rules = this.#rules;
      const history = this.#historyOf(writer.id);
      const verdict = judge(rules, writer, text, history, now);
      if (mayReread && needsReread(verdict, { rules, user: writer, text, history, now })) {
        const reread = await this.#reread(writer);
        if (!reread) return refuse('BANNED');
        writer = reread;
        continue;
      }
      if (!verdict.ok) return verdict;
      this.#remember(writer.id, verdict.text, history);
      return accept(writer, verdict);
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
    const { message } = taken;
    return { ok: true, message: taken.stored ? message : { ...message, seq: await stored.promise } };
  }

  /** Newest first. */
  history(before: number | null, limit: number): { messages: ChatMessage[]; nextBefore: number | null } {
    const { store } = this.room;
    const size = Math.min(Math.max(1, limit), HISTORY_MESSAGES_MAX);
    const rows = store.messagesBefore(before ?? store.seq + 1, size + 1);
    const page = rows.slice(0, size);
    return {
      messages: page.map(({ seq, body }) => messageOfBody(body, seq)),
      nextBefore: rows.length > size ? (page.at(-1)?.seq ?? null) : null,
    };
  }

  /** The newest messages of these users, for moderators: includes those that are hidden from everyone else. */
  newestOf(userIds: readonly string[], limitEach: number): ChatMessage[] {
    const rows = this.room.store.traces.newestMessagesOf(userIds, Math.min(limitEach, HISTORY_MESSAGES_MAX));
    return rows.map(({ seq, body }) => messageOfBody(body, seq));
  }

  /**
   * What was said, as viewers see it, and what others said around it: evidence of a report. Null if viewers do not see
   * it. @param id a message's or a gift's
   */
  around(id: string, each: number): SaidAround | null {
    const { store, broadcaster } = this.room;
    broadcaster.flush(); // a message in the buffer was sent already
    const message = this.#findShown(id);
    const seq = message?.seq ?? store.gifts.find(id)?.seq;
    if (seq === undefined || store.withheld.has(id)) return null;
    const neighbours = store.messagesAround(seq, Math.min(each, HISTORY_MESSAGES_MAX));
    return { message: message ?? null, neighbours: neighbours.map(({ seq, body }) => messageOfBody(body, seq)) };
  }

  /** Undefined if it waits, was deleted or is withheld. */
  #findShown(messageId: string): (ChatMessage & { readonly seq: number }) | undefined {
    const { store } = this.room;
    const found = store.findMessageById(messageId);
    if (!found || found.seq === null || found.seq <= store.sanctions.withheldThrough(found.userId)) return undefined;
    const message = messageOfBody(found.body, found.seq);
    return message.deleted ? undefined : { ...message, seq: found.seq };
  }

  delete(messageId: string, byUserId: string, mayDeleteAny: boolean): { readonly ok: true } | RoomRefusal {
    const { store, broadcaster, now } = this.room;
    if (!store.setup) return refuse('MESSAGE_NOT_FOUND');
    broadcaster.flush(); // a message in the buffer can be deleted too
    const found = store.findMessageById(messageId);
    if (!found) return refuse('MESSAGE_NOT_FOUND');
    const message = messageOfBody(found.body, found.seq);
    if (message.userId !== byUserId && !mayDeleteAny) return refuse('NOT_ALLOWED');
    if (message.deleted) return { ok: true };
    const { streamId, userId, text } = message;
    if (userId !== byUserId)
      logModeration(this.room, { action: 'delete-message', by: byUserId, userId, messageId, text });
    store.eraseMessage(messageId);
    if (this.#last.get(message.userId)?.lastAt === message.at) this.#last.delete(message.userId);
    // Nobody has seen a waiting message, so its deletion is not announced.
    if (found.seq !== null) {
      const body = writeEvent({ type: 'message-deleted', streamId, messageId, userId });
      broadcaster.add({ at: now(), body });
      broadcaster.flush();
    }
    return { ok: true };
  }

  /** Drops the user's messages that nobody has seen yet, including those in the buffer. */
  withdraw(userId: string): void {
    this.room.broadcaster.flush(); // once stored, they can be erased
    this.room.store.waiting.eraseAllOf(userId);
    this.room.store.gifts.blankHeldOf(userId);
  }

  /** Sends the messages and gifts that have waited long enough. Safe to repeat. */
  release(): void {
    const { store, broadcaster, agenda, now } = this.room;
    for (;;) {
      const released: NewEvent[] = store.waiting.takeReleased(now());
      released.push(...store.gifts.takeReleased(now()));
      if (released.length === 0) break;
      for (const entry of released) broadcaster.add(entry);
      broadcaster.flush();
    }
    const next = Math.min(...[store.waiting.nextReleaseAt(), store.gifts.nextReleaseAt()].filter((at) => at !== null));
    if (next < Number.POSITIVE_INFINITY) agenda.put('release', Math.max(next, now() + RELEASE_EVERY_MS));
  }

  #accept(user: RoomUser, draft: Draft, delayMs: number, onStored: OnStored): Taken {
    const { store, broadcaster, agenda, now } = this.room;
    const at = now();
    const message = compose(store, user, draft, at);
    const entry = {
      at,
      body: bodyOfMessage(message),
      message: { id: message.id, userId: user.id, clientId: draft.clientId },
    };
    if (delayMs > 0) {
      broadcaster.add({ ...entry, releaseAt: at + delayMs }, onStored);
      agenda.putBy('release', at + delayMs);
    } else broadcaster.add(entry, onStored);
    return { ok: true, message, stored: false };
  }

  #remember(userId: string, text: string, { caughtUpAt }: History): void {
    const at = this.room.now();
    this.#keep(userId, { lastAt: at, lastText: text, caughtUpAt: takeOne(MESSAGE_PACE, caughtUpAt, at) });
  }

  #keep(userId: string, last: Pick<History, 'lastAt' | 'lastText' | 'caughtUpAt'>): void {
    if (this.#last.size >= REMEMBERED_WRITERS_MAX) this.#last.clear();
    this.#last.set(userId, last);
  }

  #findKnown(userId: string, clientId: string, onStored: OnStored): Taken | undefined {
    const stored = this.room.store.findMessage(userId, clientId);
    if (stored) return { ok: true, message: messageOfBody(stored.body, stored.seq), stored: true };
    const buffered = this.room.broadcaster.findMessage(userId, clientId);
    buffered?.wait(onStored);
    return buffered && { ok: true, message: messageOfBody(buffered.body, null), stored: false };
  }

  #historyOf(userId: string): History {
    const { store } = this.room;
    let last = this.#last.get(userId);
    if (!last) {
      const rows = store.lastMessagesOf(userId, MESSAGE_PACE.atOnce);
      const [newest] = rows;
      last = {
        lastAt: newest?.at ?? null,
        lastText: newest ? messageOfBody(newest.body, null).text : null,
        caughtUpAt: rows.reduceRight((caughtUpAt, { at }) => takeOne(MESSAGE_PACE, caughtUpAt, at), 0),
      };
      this.#keep(userId, last);
    }
    const ban = store.sanctions.findSanction(userId)?.ban ?? null;
    const timeOut = store.sanctions.findTimeOut(userId);
    return {
      ...last,
      bannedBy: ban?.by ?? null,
      timedOutUntil: timeOut?.until ?? null,
      reason: ban ? ban.reason : (timeOut?.reason ?? null),
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

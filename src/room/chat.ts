/** Chat: a message is judged, stored with its frame and acknowledged after; a client's id names it once and for ever. */
import type { Approval, ChatMessage, RoomRefusal, RoomUser, SayAnswer } from '@/contracts/room';
import { bodyOfMessage, messageOfBody } from '@/contracts/room-wire';
import { newId } from '@/shared/ids';
import type { Logger } from '@/shared/log';
import type { Agenda } from './agenda';
import type { Broadcaster, OnStored } from './broadcaster';
import { MESSAGE_PACE, takeOne } from './pace';
import { badgesOf, type History, judge, type Rules, refuse, rulesOf, type Verdict } from './policy';
import { isTrusted, needsReread, type Relations } from './relations';
import type { NewEvent } from './sql';
import type { RoomStore } from './store';

export const HISTORY_MESSAGES_MAX = 100;
/** Beyond it the store is asked instead. */
const REMEMBERED_WRITERS_MAX = 5_000;
/** A gift's request may be repeated while it runs, or sent again because its answer was lost. */
const REMEMBERED_APPROVALS_MAX = 1_000;
/** Waiting messages whose times are closer than this are released together. */
const RELEASE_EVERY_MS = 250;

/** `stored: false`: the OnStored is called later, when the frame is made. */
export type Taken = { readonly ok: true; readonly message: ChatMessage; readonly stored: boolean } | RoomRefusal;

interface ChatParts {
  readonly store: RoomStore;
  readonly broadcaster: Broadcaster;
  readonly agenda: Agenda;
  readonly relations: Relations;
  readonly now: () => number;
  readonly log: Logger;
}

export class Chat {
  /** What the newest writers wrote last, and how fast; what is missing is looked up. */
  readonly #last = new Map<string, Pick<History, 'lastAt' | 'lastText' | 'caughtUpAt'>>();
  /** By the sender and the gift's key. */
  readonly #approvals = new Map<string, Approval>();
  #rules: Rules | undefined;

  constructor(private readonly room: ChatParts) {}

  /** The setup has changed. */
  forgetRules(): void {
    this.#rules = undefined;
  }

  /** The user is gone. */
  forget(userId: string): void {
    this.#last.delete(userId);
  }

  /** @param onStored called with the message's seq, unless it was stored already or is refused */
  take(user: RoomUser, clientId: string, text: string, onStored: OnStored): Promise<Taken> {
    return this.#judge(
      user,
      text,
      () => this.#findKnown(user.id, clientId, onStored),
      (writer, verdict) => this.#accept(writer, clientId, verdict.text, verdict.delayMs, onStored),
    );
  }

  /** What comes with a gift is judged and counted as chat is. */
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
   * By the rules of now; what hangs on an old standing is judged again by a new one.
   * @param findKnown what was answered before to the same: looked for in the turn of the verdict
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

  /** As over the socket; the answer waits for the frame that the message leaves with. */
  async say(user: RoomUser, clientId: string, text: string): Promise<SayAnswer> {
    const stored = Promise.withResolvers<number | null>();
    stored.promise.catch(() => undefined); // if it fails at once, `take` throws the same
    const taken = await this.take(user, clientId, text, (seq, error) =>
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

  /** What these users said last, for moderators: also what nobody else is shown. */
  newestOf(userIds: readonly string[], limitEach: number): ChatMessage[] {
    const rows = this.room.store.traces.newestMessagesOf(userIds, Math.min(limitEach, HISTORY_MESSAGES_MAX));
    return rows.map(({ seq, body }) => messageOfBody(body, seq));
  }

  delete(messageId: string, byUserId: string, mayDeleteAny: boolean): { readonly ok: true } | RoomRefusal {
    const { store, broadcaster, now } = this.room;
    if (!store.setup) return refuse('MESSAGE_NOT_FOUND');
    broadcaster.flush(); // what is still in the buffer can be deleted too
    const found = store.findMessageById(messageId);
    if (!found) return refuse('MESSAGE_NOT_FOUND');
    const message = messageOfBody(found.body, found.seq);
    if (message.userId !== byUserId && !mayDeleteAny) return refuse('NOT_ALLOWED');
    if (message.deleted) return { ok: true };
    store.eraseMessage(messageId);
    if (this.#last.get(message.userId)?.lastAt === message.at) this.#last.delete(message.userId);
    // Nobody has seen a message that waits, so nobody needs to hear that it is gone.
    if (found.seq !== null) {
      const { streamId, userId } = message;
      const body = JSON.stringify({ type: 'message-deleted', streamId, messageId, userId, deletedBy: byUserId });
      broadcaster.add({ at: now(), body });
      broadcaster.flush();
    }
    return { ok: true };
  }

  /** Messages of the user that nobody has seen yet never come out, those in the buffer included. */
  withdraw(userId: string): void {
    this.room.broadcaster.flush(); // stored, they are found
    this.room.store.waiting.eraseAllOf(userId);
    this.room.store.gifts.blankHeldOf(userId);
  }

  /** Sends what has waited long enough; safe to repeat. */
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

  #accept(user: RoomUser, clientId: string, text: string, delayMs: number, onStored: OnStored): Taken {
    const { store, broadcaster, agenda, now } = this.room;
    const at = now();
    const { id: userId, username, displayName, avatarUrl } = user;
    const message: ChatMessage = {
      id: newId(),
      seq: null,
      streamId: store.setup?.roomId ?? '',
      userId,
      username,
      displayName,
      avatarUrl,
      badges: isTrusted(user.standing, at) ? badgesOf(user) : [],
      text,
      at,
      deleted: false,
    };
    const entry = { at, body: bodyOfMessage(message), message: { id: message.id, userId, clientId } };
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

  /** With D1 away, what the room remembers has to do, but shows no badge. */
  async #reread(user: RoomUser): Promise<RoomUser | undefined> {
    try {
      return await this.room.relations.reread(user.id);
    } catch (error) {
      this.room.log.fault('room.standing', error);
      return user;
    }
  }
}

/** Chat: a message is judged, stored with its frame and acknowledged after; a client's id names it once and for ever. */
import type { ChatMessage, RoomRefusal, RoomUser, SayAnswer } from '@/room/api';
import { newId } from '@/shared/ids';
import type { Logger } from '@/shared/log';
import { MINUTE_MS, toIso } from '@/shared/time';
import type { Agenda } from './agenda';
import type { Broadcaster, OnStored } from './broadcaster';
import { badgesOf, type History, judge, type Rules, refuse, rulesOf } from './policy';
import { bodyOfMessage, messageOfBody } from './protocol';
import { isTrusted, needsReread, type Standings } from './standings';
import type { RoomStore } from './store';

export const HISTORY_MESSAGES_MAX = 100;
/** Beyond it the store is asked instead. */
const REMEMBERED_WRITERS_MAX = 5_000;
/** Waiting messages whose times are closer than this are released together. */
const RELEASE_EVERY_MS = 250;
const TIME_OUT_MS_MAX = 7 * 24 * 60 * MINUTE_MS;

/** `stored: false`: the OnStored is told later, when the frame is made. */
export type Taken = { readonly ok: true; readonly message: ChatMessage; readonly stored: boolean } | RoomRefusal;

interface Room {
  readonly store: RoomStore;
  readonly broadcaster: Broadcaster;
  readonly agenda: Agenda;
  readonly standings: Standings;
  readonly now: () => number;
  readonly log: Logger;
}

export class Chat {
  /** What the newest writers wrote last; what is missing is looked up. */
  readonly #last = new Map<string, Pick<History, 'lastAt' | 'lastText'>>();
  #rules: Rules | undefined;

  constructor(private readonly room: Room) {}

  /** The setup has changed. */
  forgetRules(): void {
    this.#rules = undefined;
  }

  /** The user is gone. */
  forget(userId: string): void {
    this.#last.delete(userId);
  }

  /** @param onStored told the message's seq, unless the answer is that it is stored already, or a refusal */
  async take(user: RoomUser, clientId: string, text: string, onStored: OnStored): Promise<Taken> {
    const { setup } = this.room.store;
    if (!setup) return refuse('ROOM_CLOSED');
    let writer = user;
    for (let mayReread = true; ; mayReread = false) {
      const known = this.#findKnown(writer.id, clientId, onStored);
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
      return this.#accept(writer, clientId, verdict.text, verdict.delayMs, onStored);
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

  timeOut(by: string, userId: string, seconds: number, reason: string | null): void {
    const { store, broadcaster, now } = this.room;
    const at = now();
    const until = at + Math.min(seconds * 1_000, TIME_OUT_MS_MAX);
    store.sanctions.setTimeOut({ userId, until, reason, by, at });
    store.erasePendingOf(userId);
    broadcaster.add({ at, body: JSON.stringify({ type: 'user-timed-out', userId, until: toIso(until) }) });
    broadcaster.flush();
  }

  /** Sends what has waited long enough; safe to repeat. */
  release(): void {
    const { store, broadcaster, agenda, now } = this.room;
    for (;;) {
      const released = store.takeReleased(now());
      if (released.length === 0) break;
      for (const entry of released) broadcaster.add(entry);
      broadcaster.flush();
    }
    const next = store.nextReleaseAt();
    if (next !== null) agenda.put('release', Math.max(next, now() + RELEASE_EVERY_MS));
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
    if (this.#last.size >= REMEMBERED_WRITERS_MAX) this.#last.clear();
    this.#last.set(userId, { lastAt: at, lastText: text });
    const entry = { at, body: bodyOfMessage(message), message: { id: message.id, userId, clientId } };
    if (delayMs > 0) {
      broadcaster.add({ ...entry, releaseAt: at + delayMs }, onStored);
      agenda.putBy('release', at + delayMs);
    } else broadcaster.add(entry, onStored);
    return { ok: true, message, stored: false };
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
      const row = store.lastMessageOf(userId);
      last = row ? { lastAt: row.at, lastText: messageOfBody(row.body, null).text } : { lastAt: null, lastText: null };
      this.#last.set(userId, last);
    }
    return {
      ...last,
      bannedBy: store.sanctions.findSanction(userId)?.bannedBy ?? null,
      timedOutUntil: store.sanctions.findTimeOut(userId),
    };
  }

  /** With D1 away, what the room remembers has to do, but shows no badge. */
  async #reread(user: RoomUser): Promise<RoomUser | undefined> {
    try {
      return await this.room.standings.reread(user.id);
    } catch (error) {
      this.room.log.fault('room.standing', error);
      return user;
    }
  }
}

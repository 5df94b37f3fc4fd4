/**
 * Which users wrote in a room or are named there. The room reports them to D1 some minutes later and when it closes, so
 * that deleting or exporting an account finds the room. Users deleted meanwhile are erased at once.
 */

import type { ChatMessage } from '@/contracts/chat-message';
import type { Context } from '@/contracts/context';
import { messageOfBody } from '@/contracts/room-wire';
import { defaultTitleOf } from '@/domains/live/channels/default-title';
import { dropTraces, findNames, recordTraces } from '@/domains/live/rooms/traces';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import type { Agenda } from './agenda';
import type { Broadcaster } from './broadcaster';
import type { Chat } from './chat';
import type { Polls } from './polls';
import type { Presence } from './presence';
import type { Screenings } from './screenings';
import type { RoomStore } from './store';

/** Far shorter than the days between a deletion request and the deletion of the account. */
const TELL_AFTER_MS = 10 * MINUTE_MS;
const TRACED_MESSAGES_MAX = 500;

interface TracesParts {
  readonly store: RoomStore;
  readonly agenda: Agenda;
  readonly presence: () => Presence;
  readonly broadcaster: Broadcaster;
  readonly chat: Chat;
  readonly screenings: Screenings;
  readonly polls: Polls;
  readonly database: Pick<Context, 'db' | 'now'>;
}

export class Traces {
  /** As far as this instance knows. */
  #isPlanned = false;

  constructor(private readonly room: TracesParts) {}

  /** Call it after storing anything that a user wrote or that names a user. */
  left(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.room.agenda.putBy('traces', this.room.database.now() + TELL_AFTER_MS);
  }

  /** Reports all users again, from the first event on. */
  tellAgain(): void {
    this.room.store.traces.reportedThrough = 0;
    this.room.agenda.put('traces', this.room.database.now());
  }

  async tell(): Promise<void> {
    const { store, database } = this.room;
    const { setup, traces } = store;
    if (!setup) return;
    for (const { userIds, writerIds, through } of this.#pages(traces.reportedThrough)) {
      for (const userId of await recordTraces(database, setup.roomId, userIds, writerIds)) this.forget(userId);
      traces.reportedThrough = through;
    }
    this.#isPlanned = false; // in the same turn as the last page, which included anything that came during the report
  }

  /** Call it before the room's storage is deleted. */
  async drop(): Promise<void> {
    const { store, database } = this.room;
    if (store.setup) await dropTraces(database, store.setup.roomId);
  }

  /** Erases the user's texts and name, and a host's title. Safe to repeat. */
  forget(userId: string): void {
    const { store, presence, database } = this.room;
    // The user cannot enter again and leave new traces.
    store.sanctions.setKick(userId, newId());
    presence().closeAll(presence().socketsOfUser(userId), 'kicked', database.now());
    this.room.polls.forget(userId);
    this.room.chat.withdraw(userId); // which writes what is in the buffer first
    store.atomically(() => {
      store.traces.erase(userId);
      store.polls.eraseTextsOf(userId);
      store.pins.forget(userId);
      store.sanctions.forgetReasons(userId);
      store.moderation.forget(userId);
      if (store.hostId === userId) store.traces.eraseTitles();
    });
    store.writers.forget();
    this.room.chat.forget(userId);
    if (!store.setup || store.hostId !== userId) return;
    const policy = { ...store.setup.policy, blockedWords: [], heldWords: [] };
    const { userRoom } = store.setup;
    const details = userRoom ? { userRoom: { ...userRoom, topic: null } } : {};
    store.saveSetup(store.setupAt, { ...store.setup, title: '', policy, ...details });
    this.room.screenings.close();
    if (store.shop.shown.showcase) store.shop.shown = { ...store.shop.shown, showcase: null };
    this.room.chat.forgetRules();
  }

  /**
   * Puts the names that everyone sees now into what the room has stored, and into a host's titles that are made of the
   * name. Safe to repeat. @param from the display name before
   */
  async rename(userId: string, from: string): Promise<void> {
    const { store, broadcaster, database } = this.room;
    const names = await findNames(database, userId);
    if (!names) return;
    broadcaster.flush();
    store.atomically(() => {
      store.traces.rename(userId, names);
      store.pins.rename(userId, names);
      if (store.hostId === userId) store.traces.changeTitle(defaultTitleOf(from), defaultTitleOf(names.displayName));
    });
    store.writers.forget();
  }

  messagesOf(userId: string, afterSeq: number, limit: number): ChatMessage[] {
    const rows = this.room.store.traces.messagesOf(userId, afterSeq, Math.min(limit, TRACED_MESSAGES_MAX));
    return rows.map(({ seq, body }) => messageOfBody(body, seq));
  }

  /** Starts with users without a seq: the host, who wrote the title, and authors of waiting messages. */
  *#pages(afterSeq: number) {
    const { traces, hostId } = this.room.store;
    yield {
      userIds: [...new Set([...traces.waiting(), ...(hostId === undefined ? [] : [hostId])])],
      writerIds: [],
      through: afterSeq,
    };
    for (let page = traces.pageAfter(afterSeq); page; page = traces.pageAfter(page.through)) yield page;
  }
}

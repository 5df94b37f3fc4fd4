/**
 * Whose words and names a room has. D1 is told, some minutes after they came and when the stream ends, so that the end
 * of an account and its export find the room; whoever's account is gone by then is forgotten at once.
 */
import type { Context } from '@/contracts/context';
import type { ChatMessage } from '@/contracts/room';
import { messageOfBody } from '@/contracts/room-wire';
import { dropTraces, recordTraces } from '@/domains/live/streams/room-traces';
import { newId } from '@/shared/ids';
import { MINUTE_MS } from '@/shared/time';
import type { Agenda } from './agenda';
import type { Broadcaster } from './broadcaster';
import type { Chat } from './chat';
import type { Presence } from './presence';
import type { RoomStore } from './store';

/** Far below the days between the wish that an account ends and its end. */
const TELL_AFTER_MS = 10 * MINUTE_MS;
const TRACED_MESSAGES_MAX = 500;

interface Room {
  readonly store: RoomStore;
  readonly agenda: Agenda;
  readonly presence: () => Presence;
  readonly broadcaster: Broadcaster;
  readonly chat: Chat;
  readonly database: Pick<Context, 'db' | 'now'>;
}

export class Traces {
  /** As far as this instance knows. */
  #isPlanned = false;

  constructor(private readonly room: Room) {}

  /** Something was stored that may be anybody's words, or name them. */
  left(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    this.room.agenda.putBy('traces', this.room.database.now() + TELL_AFTER_MS);
  }

  /** From the first event on, whatever was told before. */
  tellAgain(): void {
    this.room.store.traces.toldThrough = 0;
    this.room.agenda.put('traces', this.room.database.now());
  }

  async tell(): Promise<void> {
    const { store, database } = this.room;
    const { setup, traces } = store;
    if (!setup) return;
    for (const { userIds, through } of this.#pages(traces.toldThrough)) {
      for (const userId of await recordTraces(database, setup.roomId, userIds)) this.forget(userId);
      traces.toldThrough = through;
    }
    this.#isPlanned = false; // in the turn of the last look: what came while D1 was told is told
  }

  /** Before the room's storage goes. */
  async drop(): Promise<void> {
    const { store, database } = this.room;
    if (store.setup) await dropTraces(database, store.setup.roomId);
  }

  /** Leaves nothing of the user's words and no name, of a creator no title either. Safe to repeat. */
  forget(userId: string): void {
    const { store, presence, broadcaster, database } = this.room;
    // Nothing of theirs comes after.
    store.sanctions.setKick(userId, newId());
    presence().closeAll(presence().socketsOfUser(userId), 'kicked', database.now());
    broadcaster.flush();
    store.atomically(() => {
      store.traces.erase(userId);
      store.sanctions.forgetReasons(userId);
      if (store.setup?.creatorId === userId) store.traces.eraseTitles();
    });
    this.room.chat.forget(userId);
    if (store.setup?.creatorId !== userId) return;
    const policy = { ...store.setup.policy, blockedWords: [] };
    store.saveSetup(store.setupAt, { ...store.setup, title: '', policy });
    this.room.chat.forgetRules();
  }

  messagesOf(userId: string, afterSeq: number, limit: number): ChatMessage[] {
    const rows = this.room.store.traces.messagesOf(userId, afterSeq, Math.min(limit, TRACED_MESSAGES_MAX));
    return rows.map(({ seq, body }) => messageOfBody(body, seq));
  }

  /** First those without a seq: the creator, of whom the title is, and those whose messages wait. */
  *#pages(afterSeq: number) {
    const { traces, setup } = this.room.store;
    yield { userIds: [...new Set([...traces.waiting(), ...(setup ? [setup.creatorId] : [])])], through: afterSeq };
    for (let page = traces.pageAfter(afterSeq); page; page = traces.pageAfter(page.through)) yield page;
  }
}

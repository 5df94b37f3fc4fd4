/** What a room remembers of those who write: their last messages and their pace. What it forgets is in the store. */
import { messageOfBody } from '@/contracts/room-wire';
import { foldWords } from '@/shared/blocked-words';
import { MESSAGE_PACE, takeOne } from './pace';
import { DUPLICATE_WINDOW_MS, type History, type RecentText } from './policy';
import type { RoomStore } from './store';

/** How many writers are kept in memory; the others are read from the store. */
const REMEMBERED_WRITERS_MAX = 5_000;
/** Enough to find every message of the last `DUPLICATE_WINDOW_MS`, which `MESSAGE_PACE` limits. */
const REMEMBERED_MESSAGES = MESSAGE_PACE.atOnce + Math.ceil(DUPLICATE_WINDOW_MS / MESSAGE_PACE.everyMs);

type Last = Pick<History, 'lastAt' | 'recent' | 'caughtUpAt'>;

export class Writers {
  readonly #last = new Map<string, Last>();

  constructor(private readonly room: { readonly store: RoomStore; readonly now: () => number }) {}

  historyOf(userId: string): History {
    const { store } = this.room;
    let last = this.#last.get(userId);
    if (!last) {
      last = this.#read(userId);
      this.#keep(userId, last);
    }
    const ban = store.sanctions.findSanction(userId)?.ban ?? null;
    const timeOut = store.sanctions.findTimeOut(userId);
    return {
      ...last,
      hasWritten: store.setup?.policy.holdFirstMessages === true && store.messages.hasWritten(userId),
      bannedBy: ban?.by ?? null,
      timedOutUntil: timeOut?.until ?? null,
      reason: ban ? ban.reason : (timeOut?.reason ?? null),
    };
  }

  /** Call it for each message that is accepted. */
  remember(userId: string, text: string, { recent, caughtUpAt }: History): void {
    const at = this.room.now();
    const kept = [...recent, { at, folded: foldWords(text) }].slice(-REMEMBERED_MESSAGES);
    this.#keep(userId, { lastAt: at, recent: kept, caughtUpAt: takeOne(MESSAGE_PACE, caughtUpAt, at) });
  }

  /** Call it when one of their messages was deleted, or their account. */
  forget(userId: string): void {
    this.#last.delete(userId);
  }

  #keep(userId: string, last: Last): void {
    if (this.#last.size >= REMEMBERED_WRITERS_MAX) this.#last.clear();
    this.#last.set(userId, last);
  }

  #read(userId: string): Last {
    const rows = this.room.store.messages.lastOf(userId, REMEMBERED_MESSAGES);
    return {
      lastAt: rows[0]?.at ?? null,
      recent: recentTexts(rows),
      caughtUpAt: rows.reduceRight((caughtUpAt, { at }) => takeOne(MESSAGE_PACE, caughtUpAt, at), 0),
    };
  }
}

/** @param rows newest first. A text that was deleted may be written again at once. */
function recentTexts(rows: readonly { readonly at: number; readonly body: string }[]): RecentText[] {
  const messages = rows.map(({ at, body }) => ({ at, message: messageOfBody(body, null) })).reverse();
  return messages.flatMap(({ at, message }) => (message.deleted ? [] : [{ at, folded: foldWords(message.text) }]));
}

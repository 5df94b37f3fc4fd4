/** Who a text names: `@username` of somebody who is in the room, or who wrote there lately. */
import type { Mention } from '@/contracts/chat-message';
import type { RoomUser } from '@/contracts/room';
import { rowsOf } from './sql';

export const MENTIONS_MAX = 10;
/** How many of the last writers can be named after they have left. */
const WRITERS_MAX = 500;

/**
 * A username after an at sign. Not in an address of mail or of another network (`me@host`, `@me@host`, `@host.org`), and
 * not as a part of a longer word; scripts without spaces may stand on either side.
 */
const SPACELESS = String.raw`\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}`;
const WORD = String.raw`(?![${SPACELESS}])[\p{L}\p{M}\p{N}_]`;
const NAME = new RegExp(String.raw`(?<!${WORD}|[@.%+\-/&=#])@([a-z0-9_]{3,30})(?!${WORD}|@|[.\-]${WORD})`, 'giu');
const LINK = /\b(?:[a-z][a-z0-9+.-]*:\/\/|www\.)\S+/giu;

/** In the order of the text. @param find the id of the user with this name, in small letters */
export function mentionsIn(text: string, find: (username: string) => string | undefined): Mention[] {
  if (!text.includes('@')) return [];
  const links = [...text.matchAll(LINK)].map(({ index, 0: { length } }) => ({ start: index, end: index + length }));
  const mentions: Mention[] = [];
  for (const { index: start, 0: named, 1: username = '' } of text.matchAll(NAME)) {
    if (links.some((link) => link.start <= start && start < link.end)) continue;
    const userId = find(username.toLowerCase());
    if (userId !== undefined) mentions.push({ start, end: start + named.length, userId });
    if (mentions.length === MENTIONS_MAX) break;
  }
  return mentions;
}

type Named = Pick<RoomUser, 'id' | 'username'>;

/** The users of a room by their names, kept as they come and go, so that a message costs one look-up a name. */
export class NameIndex {
  readonly #ids = new Map<string, string>();

  put({ id, username }: Named): void {
    this.#ids.set(username.toLowerCase(), id);
  }

  /** Does nothing if another user has the name by now. */
  drop({ id, username }: Named): void {
    if (this.find(username.toLowerCase()) === id) this.#ids.delete(username.toLowerCase());
  }

  find(username: string): string | undefined {
    return this.#ids.get(username);
  }
}

/** The last writers of a room by name. Read from the log when it is first asked after the room woke. */
export class LatestWriters {
  #ids: Map<string, string> | undefined;

  constructor(private readonly sql: SqlStorage) {}

  /** Call it when a message is shown. */
  wrote({ id, username }: Named): void {
    const ids = this.#ids;
    if (!ids) return;
    ids.delete(username.toLowerCase());
    ids.set(username.toLowerCase(), id);
    const [oldest] = ids.keys();
    if (ids.size > WRITERS_MAX && oldest !== undefined) ids.delete(oldest);
  }

  /** Call it when stored names have changed. */
  forget(): void {
    this.#ids = undefined;
  }

  find(username: string): string | undefined {
    this.#ids ??= this.#read();
    return this.#ids.get(username);
  }

  /** Somebody who was erased has no name. */
  #read(): Map<string, string> {
    const rows = rowsOf<{ id: string; username: string }>(
      this.sql,
      `SELECT user_id AS id, body ->> '$.username' AS username FROM events
       WHERE message_id IS NOT NULL AND (body ->> '$.username' <> 'deleted' OR NOT body ->> '$.deleted')
       ORDER BY seq DESC LIMIT ?1`,
      WRITERS_MAX,
    );
    return new Map(rows.reverse().map(({ id, username }) => [username.toLowerCase(), id]));
  }
}

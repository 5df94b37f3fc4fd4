/**
 * What an answer shows of the message that it answers. It is stored by that message's id alone and filled in whenever it
 * is sent or read, so whatever hides, erases or renames the one also applies to the other.
 */
import type { RepliedTo } from '@/contracts/chat-message';
import { messageOfBody } from '@/contracts/room-wire';
import { cut } from '@/shared/text';
import { rowsOf } from './sql';

export const SNIPPET_CHARACTERS_MAX = 100;
/** In the body of an answer. Within a text it would be escaped. */
const MARK = '"replyToId":"';

type IsWithheld = (messageId: string, authorId: string, seq: number) => boolean;

export class ReplyStore {
  constructor(
    private readonly sql: SqlStorage,
    private readonly isWithheld: IsWithheld,
  ) {}

  /** A message that everyone sees; undefined if it waits, is withheld or was deleted. */
  find(messageId: string): RepliedTo | undefined {
    const parent = this.#read([messageId]).get(messageId);
    return parent?.text ? parent : undefined;
  }

  /** The bodies as they are sent: answers get what they answer. One query, or none. */
  fill(bodies: readonly string[]): readonly string[] {
    const ids = bodies.map(parentIdIn);
    if (ids.every((id) => id === undefined)) return bodies;
    const parents = this.#read(ids.filter((id) => id !== undefined));
    return bodies.map((body, index) => {
      const id = ids[index];
      return id === undefined ? body : withParent(body, parents.get(id));
    });
  }

  #read(ids: readonly string[]): ReadonlyMap<string, RepliedTo> {
    const rows = rowsOf<{ id: string; seq: number; userId: string; body: string }>(
      this.sql,
      `SELECT message_id AS id, seq, user_id AS userId, body FROM events
       WHERE message_id IN (SELECT value FROM json_each(?1))`,
      JSON.stringify(ids),
    );
    return new Map(
      rows.map(({ id, seq, userId, body }) => {
        const { username, displayName, text, deleted } = messageOfBody(body, seq);
        const isHidden = deleted || this.isWithheld(id, userId, seq);
        return [id, { id, userId, username, displayName, text: isHidden ? '' : snippetOf(text) }];
      }),
    );
  }
}

/** The beginning of a text, in one line. */
export function snippetOf(text: string): string {
  return cut(text.replaceAll(/\s+/g, ' '), SNIPPET_CHARACTERS_MAX);
}

function parentIdIn(body: string): string | undefined {
  return body.includes(MARK) ? (JSON.parse(body) as { replyToId?: string }).replyToId : undefined; // of a message
}

function withParent(body: string, replyTo: RepliedTo | undefined): string {
  const { replyToId: _, ...message } = JSON.parse(body);
  return JSON.stringify(replyTo ? { ...message, replyTo } : message);
}

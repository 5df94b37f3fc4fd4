/** Names in texts that mention somebody: they change with the user's name, and go with their account. */
import type { EmoteRange, Mention, TextRange } from '@/contracts/chat-message';
import { GONE, rowsOf } from './sql';

interface Body {
  readonly text: string;
  readonly mentions?: readonly Mention[];
  readonly emotes?: readonly EmoteRange[];
}

/** Also in what the moderation log keeps. @param username null: the account was deleted */
export function renameMentions(sql: SqlStorage, userId: string, username: string | null): void {
  for (const table of ['events', 'pending']) {
    const rows = rowsOf<{ id: string; body: string }>(
      sql,
      `SELECT message_id AS id, body FROM ${table} WHERE message_id IS NOT NULL AND body LIKE '%"mentions":[%'
         AND EXISTS (SELECT 1 FROM json_each(body, '$.mentions') WHERE value ->> '$.userId' = ?1)`,
      userId,
    );
    for (const { id, body } of rows)
      sql.exec(
        `UPDATE ${table} SET body = ?2 WHERE message_id = ?1`,
        id,
        JSON.stringify(renamedIn(JSON.parse(body), userId, username)),
      );
  }
  const entries = rowsOf<{ id: number; text: string; mentions: string }>(
    sql,
    `SELECT id, text, mentions FROM moderation WHERE mentions IS NOT NULL
       AND EXISTS (SELECT 1 FROM json_each(mentions) WHERE value ->> '$.userId' = ?1)`,
    userId,
  );
  for (const { id, text, mentions } of entries) {
    const renamed = renamedIn({ text, mentions: JSON.parse(mentions) as Mention[] }, userId, username); // stored above
    sql.exec(
      'UPDATE moderation SET text = ?2, mentions = ?3 WHERE id = ?1',
      id,
      renamed.text,
      JSON.stringify(renamed.mentions),
    );
  }
}

/** The message with another name of this user, and its ranges where they are then. */
export function renamedIn<T extends Body>(message: T, userId: string, username: string | null): T {
  const { text, mentions = [], emotes } = message;
  const name = `@${username ?? GONE.username}`;
  const theirs = mentions.filter((mention) => mention.userId === userId);
  const movedTo = (at: number) =>
    theirs.reduce((sum, { start, end }) => (end <= at ? sum + name.length - (end - start) : sum), at);
  const moved = <R extends TextRange>(range: R): R => {
    const start = movedTo(range.start);
    const isTheirs = theirs.some((mention) => mention.start === range.start);
    return { ...range, start, end: isTheirs ? start + name.length : start + range.end - range.start };
  };
  const kept = username === null ? mentions.filter((mention) => mention.userId !== userId) : mentions;
  return {
    ...message,
    text: theirs.reduceRight((changed, { start, end }) => changed.slice(0, start) + name + changed.slice(end), text),
    mentions: kept.map(moved),
    ...(emotes ? { emotes: emotes.map(moved) } : {}),
  };
}

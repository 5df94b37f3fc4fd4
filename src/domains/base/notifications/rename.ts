/**
 * Puts a user's new name into others' notifications that older versions wrote with the old one, in the sentences that
 * the platform wrote. Text that somebody typed stays. Newer ones contain no name: see `present.ts`.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { NotificationKind } from '@/contracts/notification-kinds';
import { literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { namedUser } from './withdraw';

const ROWS_AT_ONCE = 500;

interface Sentence {
  readonly kind: NotificationKind;
  readonly column: 'title' | 'body';
  /** What stands on either side of the name. */
  readonly before: string;
  readonly after: string;
  /** Whether more text may follow. */
  readonly isOpen: boolean;
}

const SHORT = 'The next month of your subscription to ';

/** NOTE: as older versions wrote them. Add none: texts are made when they are read. */
const SENTENCES: readonly Sentence[] = [
  { kind: 'follower', column: 'body', before: '', after: ' now follows you.', isOpen: false },
  { kind: 'comment', column: 'title', before: '', after: ' replied to your comment', isOpen: false },
  { kind: 'comment', column: 'title', before: '', after: ' commented on your post', isOpen: false },
  { kind: 'subscription', column: 'body', before: '', after: ' subscribed to ', isOpen: true },
  { kind: 'subscription-short', column: 'body', before: SHORT, after: ' costs ', isOpen: true },
  { kind: 'subscription-ended', column: 'title', before: 'Your subscription to ', after: ' has ended', isOpen: false },
];
/** The second is a stream with its channel's default title. */
const BROADCAST_SENTENCES: readonly Sentence[] = [
  { kind: 'live', column: 'title', before: '', after: ' is live', isOpen: false },
  { kind: 'live', column: 'body', before: '', after: ' live', isOpen: false },
];

/**
 * Changes some of them: repeat it until it changes nothing. It ends, and may run again later, since a sentence that has
 * the new name is left alone, also if one name begins with the other.
 * @param from the old display name
 */
export function renameInNotifications(ctx: Context, userId: string, from: string): Statement[] {
  const named = sql`${namedUser} = ${userId} AND user_id <> ${userId} AND group_key IS NULL`;
  return [
    rename(ctx, sql.raw('notifications'), { userId, from, named, sentences: SENTENCES }),
    // At most three rows; see `broadcast.ts`.
    ...BROADCAST_SENTENCES.map((sentence) =>
      rename(ctx, sql.raw('broadcasts'), { userId, from, named: sql`creator_id = ${userId}`, sentences: [sentence] }),
    ),
  ];
}

interface Renaming {
  readonly userId: string;
  readonly from: string;
  /** A condition on the rows. */
  readonly named: SQL;
  /** At most one of them is true of a row. */
  readonly sentences: readonly Sentence[];
}

function rename(ctx: Context, table: SQL, { userId, from, named, sentences }: Renaming): Statement {
  const found = JSON.stringify(sentences.map((sentence) => ({ ...sentence, name: from })));
  return ctx.db.run(sql`UPDATE ${table} SET
      title = iif(renamed.place = 'title', renamed.text, title), body = iif(renamed.place = 'body', renamed.text, body)
    FROM (
      SELECT id, place, new || substr(text, length(old) + 1) AS text
      FROM (
        SELECT row.id AS id, sentence.value ->> 'column' AS place, sentence.value ->> 'isOpen' AS is_open,
          iif(sentence.value ->> 'column' = 'title', title, body) AS text,
          (sentence.value ->> 'before') || (sentence.value ->> 'name') || (sentence.value ->> 'after') AS old,
          (sentence.value ->> 'before') || person.display_name || (sentence.value ->> 'after') AS new
        FROM ${users} person CROSS JOIN ${table} row CROSS JOIN json_each(${found}) sentence
        WHERE person.id = ${userId} AND ${named} AND row.kind = sentence.value ->> 'kind')
      WHERE ${says(sql`old`)} AND NOT ${says(sql`new`)} LIMIT ${literal(ROWS_AT_ONCE)}) renamed
    WHERE ${table}.id = renamed.id`);
}

function says(sentence: SQL): SQL {
  return sql`(iif(is_open, substr(text, 1, length(${sentence})), text) = ${sentence})`;
}

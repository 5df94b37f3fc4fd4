/** Puts a user's new name into others' notifications that were written with the old one. Grouped ones name no one. */
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { namedUser } from './withdraw';

const ROWS_AT_ONCE = 100;

/**
 * Changes some of them: repeat it until it changes nothing. A text is changed where it begins with the name ('Ada now
 * follows you.'), or has it after 'to' ('Your subscription to Ada has ended').
 * @param from the old display name
 */
export function renameInNotifications(ctx: Context, userId: string, from: string): Statement[] {
  const [title, body] = [sql`title`, sql`body`];
  const names = sql`(${hasName(title, from)} OR ${hasName(body, from)})`;
  const isRenamed = sql`(SELECT display_name FROM ${users} WHERE id = ${userId}) <> ${from}`;
  const set = sql`title = ${renamed(title, userId, from)}, body = ${renamed(body, userId, from)}`;
  return [
    ctx.db.run(sql`UPDATE notifications SET ${set} WHERE id IN (
      SELECT id FROM notifications WHERE ${namedUser} = ${userId} AND user_id <> ${userId} AND group_key IS NULL
        AND ${names} AND ${isRenamed} LIMIT ${literal(ROWS_AT_ONCE)})`),
    ctx.db.run(sql`UPDATE broadcasts SET ${set} WHERE creator_id = ${userId} AND ${names} AND ${isRenamed}`),
  ];
}

const startsWith = (text: SQL, name: string) => sql`substr(${text}, 1, length(${name}) + 1) = ${name} || ' '`;
const within = (name: string) => sql`' to ' || ${name} || ' '`;

function hasName(text: SQL, name: string): SQL {
  return sql`(${startsWith(text, name)} OR instr(${text}, ${within(name)}) > 0)`;
}

function renamed(text: SQL, userId: string, from: string): SQL {
  const to = sql`(SELECT display_name FROM ${users} WHERE id = ${userId})`;
  return sql`CASE WHEN ${startsWith(text, from)} THEN ${to} || substr(${text}, length(${from}) + 1)
    ELSE replace(${text}, ${within(from)}, ' to ' || ${to} || ' ') END`;
}

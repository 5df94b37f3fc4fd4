/** The title that a channel has until its creator chooses another. It is made of the creator's display name. */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { users } from '@/domains/base/users/tables';
import { channels } from './tables';

export function defaultTitle(displayName: SQL): SQL<string> {
  return sql<string>`substr(${displayName}, 1, 100) || ' live'`;
}

/** The same outside the database. */
export function defaultTitleOf(displayName: string): string {
  return `${[...displayName].slice(0, 100).join('')} live`;
}

/** The default title by the name that the creator has now, for an UPDATE. */
export function currentDefaultTitle(creatorId: string): SQL<string> {
  return defaultTitle(sql`(SELECT display_name FROM ${users} WHERE id = ${creatorId})`);
}

/** Changes nothing if the title is another. @param from the old display name */
export function renameDefaultTitle(ctx: Context, creatorId: string, from: string): Statement {
  const title = currentDefaultTitle(creatorId);
  return ctx.db
    .update(channels)
    .set({ title, updatedAt: ctx.now() })
    .where(
      and(
        eq(channels.creatorId, creatorId),
        sql`${channels.title} = ${defaultTitle(sql`${from}`)} AND ${channels.title} <> ${title}`,
      ),
    );
}

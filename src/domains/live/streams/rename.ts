/** Gives streams that were made with a channel's default title the one of the creator's new name. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { literal } from '@/db/sql';
import { currentDefaultTitle, defaultTitle } from '@/domains/live/channels/default-title';

const ROWS_AT_ONCE = 100;

/** Changes some of them: repeat it until it changes nothing. @param from the old display name */
export function renameDefaultTitles(ctx: Context, creatorId: string, from: string): Statement {
  const title = currentDefaultTitle(creatorId);
  return ctx.db.run(sql`UPDATE streams SET title = ${title} WHERE id IN (
    SELECT id FROM streams WHERE creator_id = ${creatorId} AND title = ${defaultTitle(sql`${from}`)}
      AND title <> ${title} LIMIT ${literal(ROWS_AT_ONCE)})`);
}

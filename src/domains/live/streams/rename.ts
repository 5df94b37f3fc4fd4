/** Gives streams that were made with a channel's default title the one of the creator's new name. */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { int, literal } from '@/db/sql';
import { isOpen } from '@/domains/base/visibility/streams';
import { currentDefaultTitle, defaultTitle } from '@/domains/live/channels/default-title';
import { channels } from '@/domains/live/channels/tables';
import { setupEvent } from './room-setup';
import { streams } from './tables';

const ROWS_AT_ONCE = 100;

/** Changes some of them: repeat it until it changes nothing. @param from the old display name */
export function renameDefaultTitles(ctx: Context, creatorId: string, from: string): Statement {
  const title = currentDefaultTitle(creatorId);
  return ctx.db.run(sql`UPDATE streams SET title = ${title}, updated_at = max(updated_at + 1, ${int(ctx.now())})
    WHERE id IN (
      SELECT id FROM streams WHERE creator_id = ${creatorId} AND title = ${defaultTitle(sql`${from}`)}
        AND title <> ${title} LIMIT ${literal(ROWS_AT_ONCE)})`);
}

/** For the rooms of open streams that have the default title. Repeating it is harmless. */
export async function setupsOfDefaultTitles(ctx: Context, creatorId: string): Promise<OutboxEvent[]> {
  const [rows, [channel]] = await ctx.db.batch([
    ctx.db
      .select()
      .from(streams)
      .where(sql`${streams.creatorId} = ${creatorId} AND ${isOpen()} AND title = ${currentDefaultTitle(creatorId)}`),
    ctx.db.select().from(channels).where(eq(channels.creatorId, creatorId)),
  ]);
  return channel ? rows.map((row) => setupEvent(row, channel)) : [];
}

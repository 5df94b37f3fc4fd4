/** Creates a creator's channel from defaults the first time anything needs it. The database allows one per creator. */

import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { int } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { newId } from '@/shared/ids';
import { defaultTitle } from './default-title';
import { type ChannelRow, channels } from './tables';

/** Safe to call twice at once: the second call reads the first one's row. */
export async function ensureChannel(ctx: Context, creatorId: string): Promise<ChannelRow> {
  const now = ctx.now();
  const [, [channel]] = await ctx.db.batch([
    ctx.db.run(sql`
      INSERT INTO channels (id, creator_id, title, media_room, created_at, updated_at)
      SELECT ${newId()}, id, ${defaultTitle(sql`display_name`)}, ${newId()},
        ${int(now)}, ${int(now)}
      FROM ${users} WHERE id = ${creatorId}
      ON CONFLICT DO NOTHING`),
    ctx.db.select().from(channels).where(eq(channels.creatorId, creatorId)),
  ]);
  if (!channel) throw new Error(`Cannot create a channel: user ${creatorId} does not exist`);
  return channel;
}

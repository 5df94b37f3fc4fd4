import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { channels } from '@/domains/live/channels/tables';
import { unbanRequests } from './tables';

/** What the user asked, and what others asked in their channel. */
export function forgetUnbanRequests(ctx: Context, userId: string, limit: SQL): Statement[] {
  return [
    ctx.db.run(sql`
      DELETE FROM ${unbanRequests} WHERE id IN (
        SELECT id FROM ${unbanRequests} WHERE user_id = ${userId} ${limit})`),
    ctx.db.run(sql`
      DELETE FROM ${unbanRequests} WHERE id IN (
        SELECT request.id FROM ${channels} JOIN ${unbanRequests} request ON request.place_id = channels.id
        WHERE channels.creator_id = ${userId} ${limit})`),
  ];
}

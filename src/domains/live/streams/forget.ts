/**
 * The end of a creator's account: cancels scheduled streams and erases the texts of the others. The rows stay, since
 * gifts refer to them.
 */

import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import { callOff } from './call-off';
import { streams } from './tables';

/** Cancels some of the scheduled streams, and notifies their waiting rooms. Returns how many: 0 means none are left. */
export function callOffScheduled(ctx: Context, creatorId: string): Promise<number> {
  return callOff(ctx, eq(streams.creatorId, creatorId), { title: '', description: '' });
}

/** Repeat it until it changes no row. */
export function blankStreams(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`
    UPDATE streams SET title = '', description = '', category = NULL, thumbnail_url = NULL, recording_url = NULL,
      updated_at = max(updated_at + 1, ${int(ctx.now())})
    WHERE id IN (SELECT id FROM streams INDEXED BY streams_with_words WHERE creator_id = ${userId}
      AND (title <> '' OR description <> '' OR category IS NOT NULL OR thumbnail_url IS NOT NULL
        OR recording_url IS NOT NULL) ${limit})`);
}

/**
 * The end of a creator's account: their scheduled streams are called off, and the others lose every text. The rows stay,
 * since gifts refer to them.
 */

import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import { callOff } from './call-off';
import { streams } from './tables';

/** Some at a time, and their waiting rooms hear. Answers how many there were: none means that none is left. */
export function callOffScheduled(ctx: Context, creatorId: string): Promise<number> {
  return callOff(ctx, eq(streams.creatorId, creatorId), { title: '', description: '' });
}

/** Repeated until it changes nothing. */
export function blankStreams(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`
    UPDATE streams SET title = '', description = '', category = NULL, thumbnail_url = NULL, recording_url = NULL,
      updated_at = max(updated_at + 1, ${int(ctx.now())})
    WHERE id IN (SELECT id FROM streams INDEXED BY streams_with_words WHERE creator_id = ${userId}
      AND (title <> '' OR description <> '' OR category IS NOT NULL OR thumbnail_url IS NOT NULL
        OR recording_url IS NOT NULL) ${limit})`);
}

/** The rows of exports that are too large for a request: how one is found, and how it goes with all that hangs on it. */

import { eq, lte } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { forgetMedia } from '@/domains/base/media/store';
import type { ExportRow } from './tables';
import { accountExports } from './tables';

const EXPIRED_MAX = 20;

/** The user's one, expired or not. */
export function findExport(ctx: Context, userId: string): Promise<ExportRow | undefined> {
  return ctx.db.select().from(accountExports).where(eq(accountExports.userId, userId)).get();
}

/** For the batch in which it goes: its file, or what is written of it, goes after. Safe to repeat. */
export function dropExport(
  ctx: Context,
  { id, key, uploadId, readyAt }: ExportRow,
): { statements: Statement[]; event: OutboxEvent } {
  const { statement } = forgetMedia(ctx, key);
  return {
    statements: [ctx.db.delete(accountExports).where(eq(accountExports.id, id)), statement],
    event: { kind: 'delete-media', key, ...(readyAt === null ? { uploadId } : {}) },
  };
}

/** Those whose link has expired, and those that never became ready. */
export async function sweepExports(ctx: Context): Promise<void> {
  const expired = await ctx.db
    .select()
    .from(accountExports)
    .where(lte(accountExports.expiresAt, ctx.now()))
    .limit(EXPIRED_MAX);
  const dropped = expired.map((row) => dropExport(ctx, row));
  await commit(
    ctx,
    dropped.flatMap(({ statements }) => statements),
    { events: dropped.map(({ event }) => event), evenIfUnchanged: true },
  );
}

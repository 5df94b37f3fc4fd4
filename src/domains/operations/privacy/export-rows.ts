/** Rows of large exports: finds them, and deletes them together with their files. */

import { eq, lte } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { forgetMedia } from '@/domains/base/media/store';
import { accountExports, type ExportRow } from './tables';

const EXPIRED_MAX = 20;

/** Finds the user's export, expired or not. */
export function findExport(ctx: Context, userId: string): Promise<ExportRow | undefined> {
  return ctx.db.select().from(accountExports).where(eq(accountExports.userId, userId)).get();
}

/** Statements that delete the export, and the event that then deletes its file or unfinished upload. Safe to repeat. */
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

/** Deletes exports whose link has expired, and exports that were not ready in time. */
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

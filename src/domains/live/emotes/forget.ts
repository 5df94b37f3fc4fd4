/** The end of emotes: of one that was removed, once no message shows it, and of all when their account ends. */
import { eq, inArray, lte } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { forgetMedia } from '@/domains/base/media/store';
import { DAY_MS } from '@/shared/time';
import { type EmoteRow, emotes } from './tables';

/** A room deletes its messages 30 days after its end, so this lets a show run for as long again. */
export const REMOVED_FOR_MS = 60 * DAY_MS;
const EMOTES_A_RUN = 20;

/** A sweep. Returns whether there may be more. */
export async function clearRemovedEmotes(ctx: Context): Promise<boolean> {
  const isDue = lte(emotes.removedAt, ctx.now() - REMOVED_FOR_MS);
  const due = await ctx.db.select().from(emotes).where(isDue).orderBy(emotes.removedAt).limit(EMOTES_A_RUN);
  await deleteEmotes(ctx, due);
  return due.length === EMOTES_A_RUN;
}

/** For the end of an account. Returns how many it deleted; 0 means that none is left. */
export async function forgetEmotes(ctx: Context, creatorId: string): Promise<number> {
  const rows = await ctx.db.select().from(emotes).where(eq(emotes.creatorId, creatorId)).limit(EMOTES_A_RUN);
  await deleteEmotes(ctx, rows);
  return rows.length;
}

async function deleteEmotes(ctx: Context, rows: readonly EmoteRow[]): Promise<void> {
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  const files = rows.map(({ key }) => forgetMedia(ctx, key));
  await commit(
    ctx,
    [ctx.db.delete(emotes).where(inArray(emotes.id, ids)), ...files.map(({ statement }) => statement)],
    {
      events: files.map(({ event }) => event),
    },
  );
}

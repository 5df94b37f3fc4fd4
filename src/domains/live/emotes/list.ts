/** Who reads a creator's emotes: everyone who may see the creator, and the creator's rooms. */
import type { z } from '@hono/zod-openapi';
import { and, asc, eq, isNull } from 'drizzle-orm';
import type { Emote } from '@/contracts/chat-message';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { userVisibleTo } from '@/domains/base/visibility/people';
import type { Viewer } from '@/shared/actor';
import { emoteError } from './errors';
import { presentEmote } from './present';
import type { EmoteList } from './schemas';
import { emotes } from './tables';

/** Oldest first. Throws CREATOR_NOT_FOUND if the user is not an approved creator, or is hidden from the viewer. */
export async function listEmotes(ctx: Context, viewer: Viewer, creatorId: string): Promise<z.input<typeof EmoteList>> {
  const [[creator], rows] = await ctx.db.batch([
    ctx.db
      .select({ id: users.id })
      .from(users)
      .where(and(eq(users.id, creatorId), eq(users.creatorStatus, 'APPROVED'), userVisibleTo(viewer))),
    emotesQuery(ctx, creatorId),
  ]);
  if (!creator) throw emoteError('CREATOR_NOT_FOUND');
  return { items: rows.map((row) => presentEmote(ctx.config, row)) };
}

/** For a room. One statement. */
export async function readEmotes(ctx: Pick<Context, 'db' | 'config'>, creatorId: string): Promise<Emote[]> {
  const rows = await emotesQuery(ctx, creatorId);
  return rows.map((row) => {
    const { id, name, url, subscribersOnly } = presentEmote(ctx.config, row);
    return { id, name, url, subscribersOnly };
  });
}

/** At most 50 rows, by a rule of the database. */
function emotesQuery(ctx: Pick<Context, 'db'>, creatorId: string) {
  return ctx.db
    .select()
    .from(emotes)
    .where(and(eq(emotes.creatorId, creatorId), isNull(emotes.removedAt)))
    .orderBy(asc(emotes.id));
}

/** Who is watching, for those who may know. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/context';
import { anonymousAmong } from '@/domains/performers/privacy';
import type { Viewer } from '@/shared/actor';
import { admitToRead } from './admit';
import { streamError } from './errors';
import { showsViewers } from './present';
import type { ViewerList } from './schemas';

/**
 * Hidden viewers are shown to the creator, moderators and staff alone; whoever wants not to be named is so to staff
 * alone. Throws VIEWERS_HIDDEN.
 */
export async function listViewers(ctx: Context, viewer: Viewer, streamId: string): Promise<z.input<typeof ViewerList>> {
  const { found, standing } = await admitToRead(ctx, { id: streamId }, viewer);
  const who = standing?.user.standing;
  if (!showsViewers(found) && !who?.creator && !who?.moderator && !who?.rank) throw streamError('VIEWERS_HIDDEN');
  const { users, guests, total } = await ctx.rooms(streamId).viewers();
  if (who?.rank) return { users: [...users], guests, total };
  const unnamed = await anonymousAmong(
    ctx,
    users.map(({ id }) => id),
  );
  const named = users.filter(({ id }) => !unnamed.has(id));
  return { users: named, guests: guests + users.length - named.length, total };
}

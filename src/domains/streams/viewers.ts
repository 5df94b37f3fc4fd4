/** Who is watching, for those who may know. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/context';
import type { Viewer } from '@/shared/actor';
import { admitToRead } from './admit';
import { streamError } from './errors';
import type { ViewerList } from './schemas';

/** Hidden viewers are shown to the creator, moderators and staff alone. Throws VIEWERS_HIDDEN. */
export async function listViewers(ctx: Context, viewer: Viewer, streamId: string): Promise<z.input<typeof ViewerList>> {
  const { found, standing } = await admitToRead(ctx, { id: streamId }, viewer);
  const who = standing?.user.standing;
  if (!found.stream.showViewers && !who?.creator && !who?.moderator && !who?.rank) throw streamError('VIEWERS_HIDDEN');
  const { users, guests, total } = await ctx.rooms(streamId).viewers();
  return { users: [...users], guests, total };
}

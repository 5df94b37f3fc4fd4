/** Tokens that may publish: the creator's own, for the live show or the next. Everyone else's can only watch. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { MediaToken } from '@/contracts/media';
import { admit } from '@/domains/live/rooms/admit';
import type { RoomName } from '@/domains/live/rooms/door';
import type { StreamToken } from '@/domains/live/rooms/schemas';
import { tokenToWatch } from '@/domains/live/rooms/token';
import type { Viewer } from '@/shared/actor';

/** The creator's token may publish; others can only watch. Throws the errors of `issueViewerToken`. */
export async function issueToken(ctx: Context, name: RoomName, actor: Viewer): Promise<z.input<typeof StreamToken>> {
  const admitted = await admit(ctx, name, actor);
  const { door, relation } = admitted;
  if (!relation?.user.standing.creator) return tokenToWatch(ctx, admitted, actor);
  const { id, kind } = relation.user;
  const token = await publisherToken(ctx, door.videoRoom, relation.user);
  return { streamId: door.roomId, role: 'publisher', ...token, viewer: { id, kind } };
}

export function publisherToken(
  ctx: Context,
  videoRoom: string,
  { id, displayName }: { readonly id: string; readonly displayName: string },
): Promise<MediaToken> {
  return ctx.media.publisherToken({ room: videoRoom, identity: id, name: displayName }, ctx.now());
}

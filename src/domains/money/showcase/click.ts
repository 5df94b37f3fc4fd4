/** Counts clicks over HTTP, as the room does those from its sockets. */
import type { Context } from '@/contracts/context';
import type { RoomGuest } from '@/contracts/room';
import { admit } from '@/domains/live/rooms/admit';
import { markOf } from '@/domains/live/rooms/pass';
import { refusalOf } from '@/domains/live/rooms/refusal';
import type { Viewer } from '@/shared/actor';

/** All guests without a token and an address count as one. */
const UNKNOWN = 'unknown';

/** Throws the refusals of admission, ROOM_CLOSED, and PRODUCT_NOT_FOUND for a product that the stream does not have. */
export async function clickProduct(
  ctx: Context,
  viewer: Viewer,
  productId: string,
  streamId: string,
): Promise<Record<string, never>> {
  await admit(ctx, { id: streamId }, viewer);
  const clicker = viewer?.kind === 'user' ? { kind: viewer.kind, id: viewer.userId } : guestOf(ctx, viewer, streamId);
  const answer = await ctx.rooms(streamId).clickProduct(clicker, productId);
  if (!answer.ok) throw refusalOf(answer);
  return {};
}

/** A guest who has no token yet is known by their address. */
function guestOf(ctx: Context, viewer: Exclude<Viewer, { kind: 'user' }>, streamId: string): RoomGuest {
  if (viewer?.guestId !== undefined) return { kind: 'guest', id: viewer.guestId };
  const guest = { kind: 'guest', id: UNKNOWN } as const;
  return { ...guest, id: markOf(ctx, streamId, guest, ctx.caller?.address) ?? UNKNOWN };
}

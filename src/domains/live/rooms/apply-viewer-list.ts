/** Runs after a performer shows or hides who watches: where the list is hidden, texts in their streams name no watchers. */
import type { Context } from '@/contracts/context';
import { listOpenStreams } from './open-rooms';

/** Safe to repeat: the rooms read what is true then. Later rooms read it at the door. */
export async function applyViewerList(
  ctx: Context,
  { creatorId }: { readonly creatorId: string },
  eventId: string,
): Promise<void> {
  for (const { roomId } of await listOpenStreams(ctx, creatorId))
    await ctx.rooms(roomId).apply(eventId, { type: 'viewer-list-changed' });
}

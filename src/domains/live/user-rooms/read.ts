/** One room, as anyone may see it. */
import type { Context } from '@/contracts/context';
import type { Viewer } from '@/shared/actor';
import { getRoom } from './access';
import { type PresentedRoom, presentRoom } from './present';

/** Throws ROOM_NOT_FOUND, NOT_IN_YOUR_COUNTRY. */
export async function readRoom(ctx: Context, viewer: Viewer, roomId: string): Promise<PresentedRoom> {
  const { room, people, door } = await getRoom(ctx, viewer, roomId);
  return presentRoom(room, people, door.viewerCount);
}

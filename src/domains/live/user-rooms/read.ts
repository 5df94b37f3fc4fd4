/** One room, as anyone may see it. */
import type { Context } from '@/contracts/context';
import type { Viewer } from '@/shared/actor';
import { getRoom, runsStage } from './access';
import { type PresentedRoom, presentRoom } from './present';
import { listHands } from './requests';

/** The host and the co-hosts also get the raised hands. Throws ROOM_NOT_FOUND, NOT_IN_YOUR_COUNTRY. */
export async function readRoom(ctx: Context, viewer: Viewer, roomId: string): Promise<PresentedRoom> {
  const found = await getRoom(ctx, viewer, roomId);
  const presented = presentRoom(found.room, found.people, found.door.viewerCount);
  return runsStage(found) ? { ...presented, requests: await listHands(ctx, roomId) } : presented;
}

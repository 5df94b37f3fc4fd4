/** One room, as each reader may see it. */
import type { Context } from '@/contracts/context';
import { judgeAdmission } from '@/domains/live/rooms/admission';
import { findScreening } from '@/domains/live/screenings/screenings';
import type { Viewer } from '@/shared/actor';
import { getRoom, runsStage } from './access';
import { listMembers } from './members';
import { type PresentedRoom, presentRoom } from './present';
import { listHands } from './requests';

/** As `readRoom`, and its host also gets the members. */
export async function readRoomWithMembers(ctx: Context, viewer: Viewer, roomId: string): Promise<PresentedRoom> {
  const presented = await readRoom(ctx, viewer, roomId);
  const isHost = viewer?.kind === 'user' && viewer.userId === presented.host.id;
  return isHost ? { ...presented, members: await listMembers(ctx, roomId) } : presented;
}

/**
 * Readers who may enter also get the screening. The host and the co-hosts get the raised hands. Throws ROOM_NOT_FOUND,
 * NOT_IN_YOUR_COUNTRY.
 */
export async function readRoom(ctx: Context, viewer: Viewer, roomId: string): Promise<PresentedRoom> {
  const found = await getRoom(ctx, viewer, roomId);
  const presented = presentRoom(found.room, found.people, found.door.viewerCount);
  const [screening, requests] = await Promise.all([
    judgeAdmission(found.door, found.relation) === null ? findScreening(ctx, roomId) : undefined,
    runsStage(found) ? listHands(ctx, roomId) : undefined,
  ]);
  return { ...presented, ...(screening ? { screening } : {}), ...(requests ? { requests } : {}) };
}

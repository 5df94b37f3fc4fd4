/** One room, as each reader may see it. */
import type { Context } from '@/contracts/context';
import { judgeAdmission } from '@/domains/live/rooms/admission';
import { findScreening } from '@/domains/live/screenings/screenings';
import type { Viewer } from '@/shared/actor';
import { getRoom, runsStage } from './access';
import { listMembers } from './members';
import { type PresentedRoom, presentRoom } from './present';
import { listHands } from './requests';

/**
 * Readers who may enter also get the screening. The host and the co-hosts get the raised hands. Throws ROOM_NOT_FOUND,
 * NOT_IN_YOUR_COUNTRY.
 * @param withMembers the host also gets the members
 */
export async function readRoom(
  ctx: Context,
  viewer: Viewer,
  roomId: string,
  { withMembers = false } = {},
): Promise<PresentedRoom> {
  const found = await getRoom(ctx, viewer, roomId);
  const isHost = viewer?.kind === 'user' && viewer.userId === found.room.hostId;
  const presented = presentRoom(found.room, found.people, found.door.viewerCount);
  const [screening, requests, members] = await Promise.all([
    judgeAdmission(found.door, found.relation) === null ? findScreening(ctx, roomId) : undefined,
    runsStage(found) ? listHands(ctx, roomId, viewer) : undefined,
    withMembers && isHost ? listMembers(ctx, roomId, viewer) : undefined,
  ]);
  return {
    ...presented,
    ...(screening ? { screening } : {}),
    ...(requests ? { requests } : {}),
    ...(members ? { members } : {}),
  };
}

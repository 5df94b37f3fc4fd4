/** What only the room of a user does. D1 has the truth about it; its object tells those who are here. */
import type { RoomEventBody, RoomSetup } from '@/contracts/room-command';
import { hasEnded } from './relations';

/** What everyone is told of a new setup. @param changes the cards of the host and the co-hosts */
export function userRoomNews(
  before: RoomSetup | undefined,
  setup: RoomSetup,
  changes: object | undefined,
): RoomEventBody[] {
  if (!before || hasEnded(before)) return [];
  const streamId = setup.roomId;
  if (hasEnded(setup)) return [{ type: 'room-closed', streamId, reason: setup.userRoom?.closeReason ?? null }];
  const news: RoomEventBody[] = [];
  if (isOther(rolesOf(before), rolesOf(setup))) news.push({ type: 'host-changed', streamId, ...changes });
  const details = detailsOf(setup);
  if (isOther(detailsOf(before), details)) news.push({ type: 'room-updated', streamId, ...details });
  return news;
}

function rolesOf({ creatorId, userRoom }: RoomSetup) {
  return { creatorId, coHostIds: userRoom?.coHostIds ?? [] };
}

function detailsOf({ title, visibility, userRoom }: RoomSetup) {
  const { topic = null, language = null, stageLocked = false, maxMembers, control, waitForAll } = userRoom ?? {};
  return { title, topic, language, isPrivate: visibility === 'private', maxMembers, stageLocked, control, waitForAll };
}

function isOther(one: object, other: object): boolean {
  return JSON.stringify(one) !== JSON.stringify(other);
}

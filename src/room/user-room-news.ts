/** What the people in the room of a user are told of a new setup. */
import type { Relation } from '@/contracts/room';
import type { RoomEventBody, RoomSetup } from '@/contracts/room-command';
import type { RoomPeople } from '@/domains/live/user-rooms/people';
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

/** What a latecomer is told. Without the people, if D1 does not answer: the room can be read over HTTP. */
export function welcomeRoom(setup: RoomSetup, people: RoomPeople | undefined) {
  if (!people) return { ...detailsOf(setup), hostId: setup.creatorId };
  const { host, coHosts, speakers } = people;
  return {
    ...detailsOf(setup),
    hostId: setup.creatorId,
    host,
    coHosts,
    speakers: speakers.map(({ since: _, ...speaker }) => speaker),
  };
}

export function userRoomYou(standing: Relation | undefined) {
  const { creator: host = false, moderator: coHost = false, speaker = false } = standing ?? {};
  return { host, coHost, speaker: host || speaker };
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

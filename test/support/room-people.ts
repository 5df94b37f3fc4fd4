/** A viewer and a policy as pure data, so that rules about them are tried without the Worker. */
import type { Relation, RoomUser } from '@/contracts/room';
import type { RoomPolicy } from '@/contracts/room-command';
import { newId } from '@/shared/ids';

export const openPolicy: RoomPolicy = {
  chatEnabled: true,
  chatDelaySeconds: 0,
  followersOnly: false,
  subscribersOnly: false,
  slowModeSeconds: 0,
  blockedWords: [],
};

export function aUser(standing: Partial<Relation> = {}, id = newId()): RoomUser {
  const username = `user_${id.slice(-12)}`;
  return {
    kind: 'user',
    id,
    username,
    displayName: `Zoë ${username}`,
    avatarUrl: null,
    standing: {
      creator: false,
      moderator: false,
      rank: null,
      follower: false,
      subscriber: false,
      verified: true,
      readAt: Date.now(),
      ...standing,
    },
  };
}

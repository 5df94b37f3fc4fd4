import type { Refusals } from '@/db/commit';
import { HOST_ONLY } from '@/domains/live/rooms/errors';
import { errorList } from '@/http/errors';

export const userRoomError = errorList({
  ROOM_NOT_FOUND: [404, 'This room does not exist, or you cannot see it.'],
  USER_NOT_FOUND: [404, 'This user does not exist, or you cannot see them.'],
  HOST_ONLY,
  HOST_NOT_ACTIVE: [403, 'Your account is banned or suspended, so you cannot host a room.'],
  STAGE_HOST_ONLY: [403, 'Only the host and the co-hosts of this room can do this.'],
  CO_HOST_PROTECTED: [403, 'Only the host can do this to a co-host.'],
  TOO_MANY_ROOMS: [409, 'You have three open rooms. Close one of them first.'],
  ROOM_CHANGED: [409, 'Someone changed this room just now. Reload it and try again.'],
  NOT_IN_ROOM: [409, 'This only works with someone who is in the room. Join it first.'],
  STAGE_LOCKED: [409, 'The stage is locked, so nobody can ask to speak now. You can still be invited.'],
  STAGE_FULL: [409, 'The stage is full. Someone has to leave it first.'],
  NOT_INVITED: [409, 'You have no invitation to the stage. You can ask to speak.'],
  NO_REQUEST: [409, 'This user is not asking to speak. You can invite them.'],
  ALREADY_ON_STAGE: [409, 'This user is on the stage already.'],
  NOT_ON_STAGE: [409, 'This user is not on the stage.'],
  HOST_STAYS: [409, 'The host is always on the stage. Hand the room over to leave it.'],
  ONLY_THEMSELVES: [422, 'You cannot unmute someone else. Ask them to unmute themselves.'],
  BANNED_FROM_ROOM: [409, 'This user is banned from this room. Lift the ban first.'],
  TOO_MANY_MEMBERS: [409, 'This room has as many members as it can have. Remove one first.'],
});

/** For a batch that requires `whileActive`. */
export const BANNED_MEANWHILE: Refusals = { 'demands.changed': () => userRoomError('HOST_NOT_ACTIVE') };

import { errorList } from '@/http/errors';

export const userRoomError = errorList({
  ROOM_NOT_FOUND: [404, 'This room does not exist, or you cannot see it.'],
  HOST_ONLY: [403, 'Only the host of this room can do this.'],
  TOO_MANY_ROOMS: [409, 'You have three open rooms. Close one of them first.'],
  ROOM_CHANGED: [409, 'Someone changed this room just now. Reload it and try again.'],
});

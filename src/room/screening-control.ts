/** Who controls the screening of a room now, by the host's choice. */
import type { RoomUser } from '@/contracts/room';
import { mayControl } from '@/domains/live/screenings/control';
import type { Relations } from './relations';
import type { RoomStore } from './store';

export interface ControlParts {
  readonly store: RoomStore;
  readonly relations: Relations;
}

/** Asks D1 only where speakers control, and what is known of the user is too old. */
export async function controls({ store, relations }: ControlParts, user: RoomUser): Promise<boolean> {
  const control = store.setup?.userRoom?.control ?? 'host';
  const isHost = user.id === store.hostId;
  if (isHost || control !== 'speakers') return mayControl(control, { isHost, isSpeaker: false });
  const known = await relations.freshEnough(user, isOnStage(user));
  return known !== undefined && mayControl(control, { isHost, isSpeaker: isOnStage(known) });
}

/**
 * Whether a video that does not play for this user is broken for all. Where everyone is in control, one bad connection
 * says nothing of the link. D1 is asked for known speakers only, since a broken link makes every viewer say so at once.
 */
export async function speaksForAll(room: ControlParts, user: RoomUser): Promise<boolean> {
  if (user.id === room.store.hostId) return true;
  if (room.store.setup?.userRoom?.control !== 'speakers' || !isOnStage(user)) return false;
  return controls(room, user);
}

function isOnStage({ standing }: RoomUser): boolean {
  return standing.speaker === true;
}

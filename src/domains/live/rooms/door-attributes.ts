/** What a token for a room's video says about the door, so that a later look can tell whether the door has changed. */
import type { Visibility } from '@/contracts/room-command';

/** The attributes of a viewer's token: the door that admitted them. */
export function doorAttributes({ roomId, visibility }: { readonly roomId: string; readonly visibility: Visibility }) {
  return { stream: roomId, door: visibility };
}

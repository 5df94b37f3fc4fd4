/** What a room is told about its stage. */
import type { OutboxEvent } from '@/contracts/messages';
import type { RoomEventBody } from '@/contracts/room-command';

/** A durable event that everyone in the room gets. */
export function stageEvent(
  roomId: string,
  event: RoomEventBody & { readonly type: 'stage-accepted' | 'stage-left' | 'stage-muted' | 'stage-unmuted' },
): OutboxEvent {
  const { type, ...fields } = event;
  return { kind: 'room', roomId, command: { type: 'event', event: { type, streamId: roomId, ...fields } } };
}

/** The user came on the stage or left it: the room reads them again. */
export function standingChanged(roomId: string, userId: string): OutboxEvent {
  return { kind: 'room', roomId, command: { type: 'standing-changed', userId } };
}

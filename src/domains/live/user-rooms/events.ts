/** What a room is told about its stage. */
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import type { RoomEventBody } from '@/contracts/room-command';

interface StageEvent extends RoomEventBody {
  readonly type: 'stage-accepted' | 'stage-left' | 'stage-muted' | 'stage-unmuted';
}

/** A durable event that everyone in the room gets. */
export function stageEvent(roomId: string, { type, ...fields }: StageEvent): OutboxEvent {
  return { kind: 'room', roomId, command: { type: 'event', event: { type, streamId: roomId, ...fields } } };
}

/** The user came on the stage or left it, or their role changed: the room reads them again. */
export function standingChanged(roomId: string, userId: string): OutboxEvent {
  return { kind: 'room', roomId, command: { type: 'standing-changed', userId } };
}

interface PrivateEvent extends RoomEventBody {
  readonly type: 'stage-request' | 'stage-withdrawn' | 'stage-invite' | 'stage-declined';
}

/** An event for these users alone, which is not stored. Those who are not there read the room when they come. */
export function tellSome(ctx: Context, roomId: string, userIds: readonly string[], { type, ...fields }: PrivateEvent) {
  ctx.waitUntil(ctx.rooms(roomId).tell(userIds, { type, streamId: roomId, ...fields }));
}

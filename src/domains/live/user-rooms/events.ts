/** What a room is told about its stage. */
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import type { EventBody } from '@/contracts/room-events/events';

type StageEvent = Unplaced<EventBody<'stage-accepted' | 'stage-left' | 'stage-muted' | 'stage-unmuted'>>;
/** Without the room, which is added here. */
type Unplaced<E> = E extends unknown ? Omit<E, 'streamId'> : never;

/** A durable event that everyone in the room gets. */
export function stageEvent(roomId: string, event: StageEvent): OutboxEvent {
  return { kind: 'room', roomId, command: { type: 'event', event: { streamId: roomId, ...event } } };
}

/** The user came on the stage or left it, or their role changed: the room reads them again. */
export function standingChanged(roomId: string, userId: string): OutboxEvent {
  return { kind: 'room', roomId, command: { type: 'standing-changed', userId } };
}

type PrivateEvent = Unplaced<EventBody<'stage-request' | 'stage-withdrawn' | 'stage-invite' | 'stage-declined'>>;

/** An event for these users alone, which is not stored. Those who are not there read the room when they come. */
export function tellSome(ctx: Context, roomId: string, userIds: readonly string[], event: PrivateEvent) {
  ctx.waitUntil(ctx.rooms(roomId).tell(userIds, { streamId: roomId, ...event }));
}

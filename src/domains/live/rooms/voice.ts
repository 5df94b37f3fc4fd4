/**
 * The voice of a user's room: a video room with the same id, in which those on the stage publish audio. A token says who
 * was on the stage when it was issued. D1 has the truth, and LiveKit follows it.
 */
import type { Context } from '@/contracts/context';
import type { MediaToken } from '@/contracts/media';
import type { RoomUser, RoomViewer } from '@/contracts/room';
import type { FoundDoor } from './admission';
import { doorAttributes } from './door-attributes';

/** @param user admitted to the room. Their one identity is their id, so a second tab takes over from the first. */
export function voiceToken(ctx: Context, door: FoundDoor, user: RoomUser): Promise<MediaToken> {
  const onStage = isOnStage(user);
  const attributes = { ...doorAttributes(door), stage: onStage ? 'on' : 'off' };
  const participant = { room: door.videoRoom, identity: user.id, name: user.displayName, attributes };
  return ctx.media.voiceToken(participant, onStage, ctx.now());
}

/** The host is always on the stage. */
export function isOnStage(viewer: RoomViewer): boolean {
  return viewer.kind === 'user' && (viewer.standing.creator || viewer.standing.speaker === true);
}

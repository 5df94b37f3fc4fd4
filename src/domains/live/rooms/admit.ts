/**
 * Checks at the door whether a caller may enter or read. Two statements at once: the door, and the caller's relation to
 * it. A user's room is looked for after streams, with two more.
 */
import type { Context } from '@/contracts/context';
import type { RoomViewer } from '@/contracts/room';
import type { AppError } from '@/http/errors';
import type { Viewer } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { type AdmissionRefusal, type FoundDoor, judgeAdmission, mayStay } from './admission';
import { findStreamDoor, type RoomName } from './door';
import { roomError } from './errors';
import { signGuestToken } from './pass';
import { findRoomRelation, type RoomRelation } from './relation';
import { findUserRoomDoor } from './user-room-door';

export interface Admitted {
  readonly door: FoundDoor;
  /** Undefined for a guest. */
  readonly relation: RoomRelation | undefined;
}

/** For a caller who wants to enter the room or the video, or to write. Throws the refusals of `judgeAdmission`. */
export function admit(ctx: Context, name: RoomName, viewer: Viewer): Promise<Admitted> {
  return ask(ctx, name, viewer, judgeAdmission);
}

/** Same as `admit`, and the relation includes what only joining needs: whom the caller blocks, whether they return. */
export function admitToJoin(ctx: Context, name: RoomName, viewer: Viewer): Promise<Admitted> {
  return ask(ctx, name, viewer, judgeAdmission, true);
}

/** Same as `admitToJoin`, for a user's room alone. Undefined if there is none that the caller may know of. */
export async function admitToUserRoom(ctx: Context, roomId: string, viewer: Viewer): Promise<Admitted | undefined> {
  const found = await findInUserRoom(ctx, roomId, viewer, true);
  const refusal = found && judgeAdmission(found.door, found.relation);
  if (refusal === 'STREAM_NOT_FOUND') return undefined;
  if (refusal) throw doorError(refusal, found?.relation);
  return found;
}

/** The door of a user's room and the caller's relation to it. The caller may still have to stay out. */
export function findInUserRoom(
  ctx: Context,
  roomId: string,
  viewer: Viewer,
  toJoin = false,
): Promise<Admitted | undefined> {
  return look(ctx, { id: roomId }, viewer, { kind: 'user', findDoor: findUserRoomDoor, toJoin });
}

/** For a caller who wants to read the room's content, also after its end. */
export function admitToRead(ctx: Context, name: RoomName, viewer: Viewer): Promise<Admitted> {
  return ask(ctx, name, viewer, mayStay);
}

async function ask(
  ctx: Context,
  name: RoomName,
  viewer: Viewer,
  judge: typeof judgeAdmission,
  toJoin = false,
): Promise<Admitted> {
  const found =
    (await look(ctx, name, viewer, { kind: 'stream', findDoor: findStreamDoor, toJoin })) ??
    (await look(ctx, name, viewer, { kind: 'user', findDoor: findUserRoomDoor, toJoin }));
  if (!found) throw roomError('STREAM_NOT_FOUND');
  const refusal = judge(found.door, found.relation);
  if (refusal) throw doorError(refusal, found.relation);
  return found;
}

interface Look {
  readonly kind: 'stream' | 'user';
  readonly findDoor: typeof findStreamDoor;
  /** Whether the relation includes what only joining needs. */
  readonly toJoin: boolean;
}

async function look(
  ctx: Context,
  name: RoomName,
  viewer: Viewer,
  { kind, findDoor, toJoin }: Look,
): Promise<Admitted | undefined> {
  const relationTo = async (roomId: string) =>
    viewer?.kind === 'user' ? findRoomRelation(ctx, { roomId, kind }, viewer.userId, toJoin) : undefined;
  // If the id is known, both are read at once, which saves a round trip to D1.
  const early = 'id' in name ? relationTo(name.id) : undefined;
  const [door, known] = await Promise.all([findDoor(ctx, name, viewer), early]);
  return door && { door, relation: early ? known : await relationTo(door.roomId) };
}

/** Banned users get the reason. */
export function doorError(refusal: AdmissionRefusal, relation: RoomRelation | undefined): AppError {
  return roomError(refusal, refusal === 'BANNED' ? { details: { reason: relation?.banReason ?? null } } : {});
}

export interface ViewerIdentity {
  readonly viewer: RoomViewer;
  /** A new token for every guest, even if they had one. */
  readonly guestToken: string | undefined;
}

/** Identifies who is entering. A guest without an id gets one, with a token that proves it is theirs. */
export async function identityOf(ctx: Context, viewer: Viewer, { relation }: Admitted): Promise<ViewerIdentity> {
  if (relation) return { viewer: relation.user, guestToken: undefined };
  const { guestId: id = newId(), unverified } = viewer?.kind === 'guest' ? viewer : {};
  const guest = { kind: 'guest', id, ...(unverified ? { unverified } : {}) } as const;
  return { viewer: guest, guestToken: await signGuestToken(ctx, id) };
}

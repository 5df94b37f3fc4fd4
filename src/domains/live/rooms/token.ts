/**
 * Tokens to watch a room's video. They need the same admission as the room. For participants' identities see
 * `media-identity.ts`.
 */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { MediaToken } from '@/contracts/media';
import type { RoomViewer } from '@/contracts/room';
import { SLOTS, viewerIdentity, watchingIdentity } from '@/domains/live/channels/media-identity';
import type { Viewer } from '@/shared/actor';
import { newId } from '@/shared/ids';
import type { FoundDoor } from './admission';
import { type Admitted, admit, identityOf } from './admit';
import type { RoomName } from './door';
import { doorAttributes } from './door-attributes';
import { roomError } from './errors';
import { rememberRoom } from './last-rooms';
import { logStaffEntry } from './log-entry';
import { markOf } from './pass';
import type { StreamToken, TokenRequest } from './schemas';
import { isOnStage, voiceToken } from './voice';

/** The name of every guest in the provider's video room. */
const GUEST_NAME = 'Guest';

export function tokenName({ streamId, hostId, username }: z.output<typeof TokenRequest>): RoomName {
  if (streamId !== undefined) return { id: streamId };
  return hostId === undefined ? { username: username ?? '' } : { creatorId: hostId };
}

/** Throws the refusals of admission, STREAM_NOT_LIVE before it has begun, and ADDRESS_BANNED. */
export async function issueViewerToken(
  ctx: Context,
  name: RoomName,
  actor: Viewer,
): Promise<z.input<typeof StreamToken>> {
  return tokenToWatch(ctx, await admit(ctx, name, actor), actor);
}

/** Throws STREAM_NOT_LIVE, ADDRESS_BANNED. */
export async function tokenToWatch(
  ctx: Context,
  admitted: Admitted,
  actor: Viewer,
): Promise<z.input<typeof StreamToken>> {
  const { door } = admitted;
  if (door.status !== 'live') throw roomError('STREAM_NOT_LIVE');
  const { viewer, guestToken } = await identityOf(ctx, actor, admitted);
  await logStaffEntry(ctx, admitted, newId());
  const token = await viewerToken(ctx, door, viewer);
  if (!token) throw roomError('ADDRESS_BANNED');
  // A ban removes the user from the video of the rooms entered last.
  if (actor?.kind === 'user' && viewer.kind === 'user')
    ctx.waitUntil(rememberRoom(ctx, viewer.id, door.roomId, actor.sessionId));
  return {
    streamId: door.roomId,
    role: door.kind === 'user' && isOnStage(viewer) ? 'publisher' : 'subscriber',
    ...token,
    viewer: { id: viewer.id, kind: viewer.kind },
    ...(guestToken === undefined ? {} : { guestToken }),
  };
}

/**
 * For a live room. Each token has its own identity, so several tabs of a viewer can play at once. Null: guests from the
 * caller's address are kept out.
 */
export async function viewerToken(ctx: Context, door: FoundDoor, viewer: RoomViewer): Promise<MediaToken | null> {
  if (door.kind === 'user') return viewer.kind === 'user' ? voiceToken(ctx, door, viewer) : null;
  const name = viewer.kind === 'user' ? viewer.displayName : GUEST_NAME;
  const identity = viewer.id === door.hostId ? watchingIdentity(viewer.id) : await nextIdentity(ctx, door, viewer);
  if (identity === null) return null;
  const participant = { room: door.videoRoom, identity, name, attributes: doorAttributes(door) };
  return ctx.media.viewerToken(participant, ctx.now());
}

async function nextIdentity(ctx: Context, { roomId }: FoundDoor, viewer: RoomViewer): Promise<string | null> {
  const address = markOf(ctx, roomId, viewer, ctx.caller?.address);
  const slot = await ctx.rooms(roomId).takeVideoSlot({ ...viewer, address }, SLOTS);
  return slot === null ? null : viewerIdentity(viewer.id, slot);
}

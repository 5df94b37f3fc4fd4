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
import { type Admitted, admit, identityOf } from './admit';
import type { FoundDoor, RoomName } from './door';
import { roomError } from './errors';
import { logStaffEntry } from './log-entry';
import { doorAttributes } from './participants';
import type { StreamToken, TokenRequest } from './schemas';

/** The name of every guest in the provider's video room. */
const GUEST_NAME = 'Guest';

export function tokenName({ streamId, hostId, username }: z.output<typeof TokenRequest>): RoomName {
  if (streamId !== undefined) return { id: streamId };
  return hostId === undefined ? { username: username ?? '' } : { creatorId: hostId };
}

/** Throws the refusals of admission, and STREAM_NOT_LIVE before it has begun. */
export async function issueViewerToken(
  ctx: Context,
  name: RoomName,
  actor: Viewer,
): Promise<z.input<typeof StreamToken>> {
  return tokenToWatch(ctx, await admit(ctx, name, actor), actor);
}

/** Throws STREAM_NOT_LIVE. */
export async function tokenToWatch(
  ctx: Context,
  admitted: Admitted,
  actor: Viewer,
): Promise<z.input<typeof StreamToken>> {
  const { door } = admitted;
  if (door.status !== 'live') throw roomError('STREAM_NOT_LIVE');
  const { viewer, guestToken } = await identityOf(ctx, actor, admitted);
  await logStaffEntry(ctx, admitted, newId());
  return {
    streamId: door.roomId,
    role: 'subscriber',
    ...(await viewerToken(ctx, door, viewer)),
    viewer: { id: viewer.id, kind: viewer.kind },
    ...(guestToken === undefined ? {} : { guestToken }),
  };
}

/** For a live room. Each token has its own identity, so several tabs of a viewer can play at once. */
export async function viewerToken(ctx: Context, door: FoundDoor, viewer: RoomViewer): Promise<MediaToken> {
  const name = viewer.kind === 'user' ? viewer.displayName : GUEST_NAME;
  const identity =
    viewer.id === door.hostId
      ? watchingIdentity(viewer.id)
      : viewerIdentity(viewer.id, await ctx.rooms(door.roomId).takeVideoSlot(viewer, SLOTS));
  const participant = { room: door.videoRoom, identity, name, attributes: doorAttributes(door) };
  return ctx.media.viewerToken(participant, ctx.now());
}

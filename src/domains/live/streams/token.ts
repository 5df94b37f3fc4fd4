/**
 * Tokens for the video: the creator's may publish, everybody else's only watches and needs the same admission as the
 * room. The video room is the show's own; see `media-identity.ts` for who is called what in it.
 */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { MediaToken } from '@/contracts/media';
import type { RoomViewer } from '@/contracts/room';
import { videoRoomOf } from '@/domains/live/channels/video-room';
import type { Viewer } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { type Admitted, admit, identityOf } from './admit';
import { streamRoomOf } from './channel-state';
import { streamError } from './errors';
import type { FoundStream, StreamName } from './find';
import { logStaffEntry } from './log-entry';
import { SLOTS, viewerIdentity, watchingIdentity } from './media-identity';
import { doorAttributes } from './participants';
import type { StreamToken, TokenRequest } from './schemas';

/** What guests are called in the room of the provider. */
const GUEST_NAME = 'Guest';

export function tokenName({ streamId, hostId, username }: z.output<typeof TokenRequest>): StreamName {
  if (streamId !== undefined) return { id: streamId };
  return hostId === undefined ? { username: username ?? '' } : { creatorId: hostId };
}

/** By role: the creator's may publish. Throws as `issueViewerToken`. */
export async function issueToken(ctx: Context, name: StreamName, actor: Viewer): Promise<z.input<typeof StreamToken>> {
  const admitted = await admit(ctx, name, actor);
  const { found, standing } = admitted;
  if (!standing?.user.standing.creator) return tokenToWatch(ctx, admitted, actor);
  const token = await publisherToken(ctx, found);
  return { streamId: found.stream.id, role: 'publisher', ...token, viewer: viewerOf(standing.user) };
}

/** Throws what admission refuses, and STREAM_NOT_LIVE while it has not begun. */
export async function issueViewerToken(
  ctx: Context,
  name: StreamName,
  actor: Viewer,
): Promise<z.input<typeof StreamToken>> {
  return tokenToWatch(ctx, await admit(ctx, name, actor), actor);
}

async function tokenToWatch(ctx: Context, admitted: Admitted, actor: Viewer): Promise<z.input<typeof StreamToken>> {
  const { found } = admitted;
  const streamId = found.stream.id;
  if (found.stream.status !== 'live') throw streamError('STREAM_NOT_LIVE');
  const { viewer, guestToken } = await identityOf(ctx, actor, admitted);
  await logStaffEntry(ctx, admitted, newId());
  return {
    streamId,
    role: 'subscriber',
    ...(await viewerToken(ctx, found, viewer)),
    viewer: viewerOf(viewer),
    ...(guestToken === undefined ? {} : { guestToken }),
  };
}

/** For the room of the show that is on, else of the channel's next. */
export function publisherToken(
  ctx: Context,
  { stream, channel, creator }: Pick<FoundStream, 'stream' | 'channel' | 'creator'>,
): Promise<MediaToken> {
  const room = stream.status === 'live' ? streamRoomOf(stream) : videoRoomOf(channel);
  return ctx.media.publisherToken({ room, identity: creator.id, name: creator.displayName }, ctx.now());
}

/** For a stream that is live. Each has a place of its own, so that several tabs of a viewer play at once. */
export async function viewerToken(
  ctx: Context,
  { stream }: Admitted['found'],
  viewer: RoomViewer,
): Promise<MediaToken> {
  const name = viewer.kind === 'user' ? viewer.displayName : GUEST_NAME;
  const identity =
    viewer.id === stream.creatorId
      ? watchingIdentity(viewer.id)
      : viewerIdentity(viewer.id, await ctx.rooms(stream.id).takeVideoSlot(viewer, SLOTS));
  const participant = { room: streamRoomOf(stream), identity, name, attributes: doorAttributes(stream) };
  return ctx.media.viewerToken(participant, ctx.now());
}

function viewerOf({ id, kind }: RoomViewer) {
  return { id, kind };
}

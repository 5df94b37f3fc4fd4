/**
 * Tokens for the video: the creator's may publish, everybody else's only watches and needs the same admission as the
 * room. LiveKit's room is the channel, a participant is a user's or a guest's id.
 */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/context';
import type { MediaToken } from '@/providers/media';
import type { RoomViewer } from '@/room/api';
import type { Viewer } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { type Admitted, admit, identityOf } from './admit';
import { streamError } from './errors';
import type { FoundStream, StreamName } from './find';
import { logStaffEntry } from './log-entry';
import { watchingIdentity } from './media-identity';
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

export function publisherToken(ctx: Context, { channel, creator }: Pick<FoundStream, 'channel' | 'creator'>) {
  const participant = { room: channel.id, identity: creator.id, name: creator.displayName };
  return ctx.media.publisherToken(participant, ctx.now());
}

export function viewerToken(ctx: Context, { channel }: Admitted['found'], viewer: RoomViewer): Promise<MediaToken> {
  const name = viewer.kind === 'user' ? viewer.displayName : GUEST_NAME;
  const identity = viewer.id === channel.creatorId ? watchingIdentity(viewer.id) : viewer.id;
  return ctx.media.viewerToken({ room: channel.id, identity, name }, ctx.now());
}

function viewerOf({ id, kind }: RoomViewer) {
  return { id, kind };
}

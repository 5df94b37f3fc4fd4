/** Entering a stream: everything is checked once, here; what comes back opens the room and the video. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { Pass } from '@/contracts/room';
import { rememberRoom } from '@/domains/base/notifications/last-rooms';
import { isInsider } from '@/domains/base/visibility/streams';
import type { Viewer } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { admitToJoin, identityOf } from './admit';
import { streamError } from './errors';
import { type FoundStream, streamName } from './find';
import { logStaffEntry } from './log-entry';
import { PASS_SECONDS, readPass, readResume, signPass } from './pass';
import { toldPolicy } from './room-setup';
import type { Joined } from './schemas';
import { viewerToken } from './token';
import { rememberWatched } from './watched';

/** @param address the caller's IP address, if it is known */
export async function joinStream(
  ctx: Context,
  idOrUsername: string,
  actor: Viewer,
  address?: string,
): Promise<z.input<typeof Joined>> {
  const admitted = await admitToJoin(ctx, streamName(idOrUsername), actor);
  const { found } = admitted;
  const { viewer, guestToken } = await identityOf(ctx, actor, admitted);
  // The creator and staff are let in from anywhere.
  const regions = isInsider(actor, found.stream.creatorId) ? undefined : actor?.regions;
  const passId = newId();
  const sessionId = actor?.kind === 'user' && viewer.kind === 'user' ? actor.sessionId : undefined;
  await logStaffEntry(ctx, admitted, passId);
  const pass = await signPass(ctx, found.stream.id, viewer, { id: passId, regions, sessionId, address });
  const isLive = found.stream.status === 'live';
  const counting = countViewers(ctx, found);
  const { category } = found.stream;
  // Now and not when it is entered: what ends the right to enter must reach a pass that is still unused.
  if (viewer.kind === 'user') ctx.waitUntil(rememberRoom(ctx, viewer.id, found.stream.id, sessionId));
  // After the answer: nobody waits for it, and nothing is lost that would be missed.
  if (isLive && category !== null && viewer.kind === 'user' && viewer.id !== found.stream.creatorId)
    ctx.waitUntil(rememberWatched(ctx, viewer.id, category));
  return {
    streamId: found.stream.id,
    pass,
    passSeconds: PASS_SECONDS,
    wsUrl: socketUrl(ctx, found.stream.id, pass),
    viewer: { id: viewer.id, kind: viewer.kind },
    ...(guestToken === undefined ? {} : { guestToken }),
    media: isLive ? await viewerToken(ctx, found, viewer) : null,
    policy: toldPolicy(found.channel),
    viewerCount: await counting,
    blockedIds: [...(admitted.standing?.blockedIds ?? [])],
  };
}

/** As `welcome` will count them, a moment later. Nobody is kept out because the room does not answer now. */
async function countViewers(ctx: Context, { stream, viewerCount }: FoundStream): Promise<number> {
  const counted = await ctx
    .rooms(stream.id)
    .viewerCount()
    .catch((error: unknown) => {
      ctx.log.fault('join.viewers', error);
      return null;
    });
  return counted ?? (stream.status === 'live' ? viewerCount : 0);
}

/** What a socket is opened with; both come in the URL, since a browser can send nothing else. */
export interface SocketTicket {
  readonly pass?: string | undefined;
  readonly since?: string | undefined;
}

/** Throws PASS_REQUIRED, PASS_INVALID, before the room is woken. */
export async function enterRoom(ctx: Context, streamId: string, ticket: SocketTicket, request: Request) {
  if (!ticket.pass) throw streamError('PASS_REQUIRED');
  const pass: Pass | undefined = (await readPass(ctx, ticket.pass)) ?? (await readResume(ctx, ticket.pass));
  if (pass?.roomId !== streamId) throw streamError('PASS_INVALID');
  return ctx.rooms(streamId).connect(request, pass, readSince(ticket.since));
}

/** The last seq that the client has. What is no number is taken as none: the welcome frame is all it gets then. */
function readSince(since: string | undefined): number | null {
  return since !== undefined && /^\d{1,15}$/.test(since) ? Number(since) : null;
}

function socketUrl(ctx: Context, streamId: string, pass: string): string {
  const url = new URL(`/api/v1/stream/${streamId}/ws`, ctx.config.publicUrl.replace(/^http/, 'ws'));
  url.searchParams.set('pass', pass);
  return url.href;
}

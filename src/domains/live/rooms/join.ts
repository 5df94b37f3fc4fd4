/** Joining a room: all checks happen here, once. The answer contains what opens the room and its video. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { Pass, Source } from '@/contracts/room';
import { currentMaintenance } from '@/domains/base/maintenance/read';
import { isInsider } from '@/domains/base/visibility/streams';
import type { Viewer } from '@/shared/actor';
import { newId } from '@/shared/ids';
import type { FoundDoor } from './admission';
import { type Admitted, admitToJoin, identityOf } from './admit';
import type { RoomName } from './door';
import { roomError } from './errors';
import { rememberRoom } from './last-rooms';
import { logStaffEntry } from './log-entry';
import { PASS_SECONDS, readPass, readResume, signPass } from './pass';
import { publicPolicy } from './policy';
import type { Joined } from './schemas';
import { viewerToken } from './token';
import { rememberWatched } from './watched';

export async function joinRoom(
  ctx: Context,
  name: RoomName,
  actor: Viewer,
  { address, source = 'link' }: Came = {},
): Promise<z.input<typeof Joined>> {
  return letIn(ctx, await admitToJoin(ctx, name, actor), actor, { address, source });
}

/** Where the caller comes from. */
interface Came {
  /** The IP address, if it is known. */
  readonly address?: string | undefined;
  /** How they found the stream. */
  readonly source?: Source | undefined;
}

/** @param admitted for joining */
export async function letIn(
  ctx: Context,
  admitted: Admitted,
  actor: Viewer,
  { address, source }: Came,
): Promise<z.input<typeof Joined>> {
  const { door, relation } = admitted;
  const { roomId } = door;
  const { viewer, guestToken } = await identityOf(ctx, actor, admitted);
  // The host and staff may enter from anywhere.
  const regions = isInsider(actor, door.hostId) ? undefined : actor?.regions;
  const passId = newId();
  const sessionId = actor?.kind === 'user' && viewer.kind === 'user' ? actor.sessionId : undefined;
  await logStaffEntry(ctx, admitted, passId);
  const arrival = source && { source, returning: relation?.isReturning ?? false };
  const pass = await signPass(ctx, roomId, viewer, { id: passId, regions, sessionId, address, arrival });
  const isLive = door.status === 'live';
  const counting = countViewers(ctx, door);
  // Stored before the pass is used, so that an event that ends the right to enter also reaches unused passes.
  if (viewer.kind === 'user') ctx.waitUntil(rememberRoom(ctx, viewer.id, roomId, sessionId));
  // Runs after the answer: nobody waits for it, and losing it is harmless.
  if (isLive && door.category !== null && viewer.kind === 'user' && viewer.id !== door.hostId)
    ctx.waitUntil(rememberWatched(ctx, viewer.id, door.category));
  return {
    streamId: roomId,
    pass,
    passSeconds: PASS_SECONDS,
    wsUrl: socketUrl(ctx, roomId, pass),
    viewer: { id: viewer.id, kind: viewer.kind },
    ...(guestToken === undefined ? {} : { guestToken }),
    media: isLive ? await viewerToken(ctx, door, viewer) : null,
    policy: publicPolicy(door.policy),
    viewerCount: await counting,
    blockedIds: [...(admitted.relation?.blockedIds ?? [])],
  };
}

/** The count that `welcome` will show. If the room does not answer, the viewer can still join. */
async function countViewers(ctx: Context, { roomId, status, viewerCount }: FoundDoor): Promise<number> {
  const counted = await ctx
    .rooms(roomId)
    .viewerCount()
    .catch((error: unknown) => {
      ctx.log.fault('join.viewers', error);
      return null;
    });
  return counted ?? (status === 'live' ? viewerCount : 0);
}

/** A socket's parameters. They are in the URL, since a browser cannot send headers with a WebSocket. */
export interface SocketTicket {
  readonly pass?: string | undefined;
  readonly since?: string | undefined;
}

/** Throws PASS_REQUIRED, PASS_INVALID before the room is woken. */
export async function enterRoom(ctx: Context, roomId: string, ticket: SocketTicket, request: Request) {
  if (!ticket.pass) throw roomError('PASS_REQUIRED');
  const pass: Pass | undefined = (await readPass(ctx, ticket.pass)) ?? (await readResume(ctx, ticket.pass));
  if (pass?.roomId !== roomId) throw roomError('PASS_INVALID');
  const maintenance = await currentMaintenance(ctx);
  return ctx.rooms(roomId).connect(request, pass, readSince(ticket.since), maintenance);
}

/** The client's last seq. Anything but a number counts as missing: the client then only gets the welcome frame. */
function readSince(since: string | undefined): number | null {
  return since !== undefined && /^\d{1,15}$/.test(since) ? Number(since) : null;
}

export function socketUrl(ctx: Context, roomId: string, pass: string): string {
  const url = new URL(`/api/v1/stream/${roomId}/ws`, ctx.config.publicUrl.replace(/^http/, 'ws'));
  url.searchParams.set('pass', pass);
  return url.href;
}

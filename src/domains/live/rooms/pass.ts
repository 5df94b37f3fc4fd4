/**
 * A pass lets one viewer enter one room, once, within a minute. The room's resume pass lets the viewer return after a
 * lost connection. Only this file reads them, claim by claim.
 */
import { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { Pass, RoomViewer } from '@/contracts/room';
import { SOURCES } from '@/contracts/room-figures';
import { addressHash } from '@/domains/base/users/address-hash';
import { addressKey } from '@/http/rate-limit';
import { RANKS } from '@/shared/actor';
import { hmac } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { DAY_MS, SECOND_MS } from '@/shared/time';
import { signToken, verifyToken } from '@/shared/tokens';

export const PASS_SECONDS = 60;
/** 96 bits. Short, because a room stores one with each guest's stay. */
const ADDRESS_MARK_CHARACTERS = 16;
const GUEST_TOKEN_SECONDS = (30 * DAY_MS) / SECOND_MS;
/** All viewers of a room are in one object today. The pass names it, so that more can follow with the same protocol. */
const SHARD = 0;

const RelationClaims = z.object({
  creator: z.boolean(),
  moderator: z.boolean(),
  rank: z.enum(RANKS).nullable(),
  follower: z.boolean(),
  subscriber: z.boolean(),
  followedAt: z.number().optional(),
  registeredAt: z.number().optional(),
  hasWritten: z.boolean().optional(),
  verified: z.boolean().optional(),
  roomMember: z.boolean().optional(),
  speaker: z.boolean().optional(),
  anonymous: z.boolean().optional(),
  oversees: z.boolean().optional(),
  decides: z.boolean().optional(),
  readAt: z.number(),
});

const PassClaims = z.object({
  id: z.string(),
  roomId: z.string(),
  shard: z.int(),
  viewer: z.discriminatedUnion('kind', [
    z.object({
      kind: z.literal('user'),
      id: z.string(),
      username: z.string(),
      displayName: z.string(),
      avatarUrl: z.string().nullable(),
      standing: RelationClaims,
    }),
    z.object({ kind: z.literal('guest'), id: z.string(), unverified: z.literal(true).optional() }),
  ]),
  /** Missing in passes of an older version. */
  sessionId: z.string().optional(),
  regions: z.array(z.string()).optional(),
  address: z.string().optional(),
  arrival: z.object({ source: z.enum(SOURCES), returning: z.boolean() }).optional(),
});

type Signer = Pick<Context, 'config' | 'now'>;

/**
 * @param regions the viewer's regions, in case the creator blocks one of them later
 * @param sessionId for a user
 * @param address the caller's IP address
 * @param arrival for a stream
 */
export function signPass(
  ctx: Signer,
  roomId: string,
  viewer: RoomViewer,
  { id = newId(), regions, sessionId, address, arrival }: Partial<Omit<Pass, 'roomId' | 'shard' | 'viewer'>> = {},
): Promise<string> {
  const pass: Pass = {
    id,
    roomId,
    shard: SHARD,
    viewer,
    sessionId,
    regions,
    address: markOf(ctx, roomId, viewer, address),
    arrival,
  };
  return signToken(ctx.config.keys, 'pass', { ...pass }, PASS_SECONDS, ctx.now());
}

/**
 * A keyed hash, different in each room, by which a room can count or deny guests from one address. Unverified accounts
 * get one too, since they are as cheap as guests. A loopback address identifies nobody, so it gets none.
 */
export function markOf(
  ctx: Signer,
  roomId: string,
  viewer: RoomViewer,
  address: string | null | undefined,
): string | undefined {
  if (!address || isMappedLoopback(address) || (viewer.kind === 'user' && viewer.standing.verified)) return undefined;
  const hash = addressHash(ctx.config.keys, addressKey(address));
  return hash === null ? undefined : addressMark(ctx, roomId, hash);
}

/** The room's mark of an address that a session keeps only as a hash. */
export function addressMark(ctx: Pick<Signer, 'config'>, roomId: string, hash: string): string {
  return hmac(ctx.config.keys, 'room-address', `${roomId} ${hash}`).slice(0, ADDRESS_MARK_CHARACTERS);
}

function isMappedLoopback(address: string): boolean {
  return /^::ffff:127\./i.test(address);
}

/** Returns the claims of a genuine, current pass of the right kind. Only the room knows whether it was used. */
export function readPass(ctx: Signer, token: string): Promise<Pass | undefined> {
  return read(ctx, 'pass', token);
}

export function readResume(ctx: Signer, token: string): Promise<Pass | undefined> {
  return read(ctx, 'resume', token);
}

async function read(ctx: Signer, kind: 'pass' | 'resume', token: string): Promise<Pass | undefined> {
  const claims = await verifyToken(ctx.config.keys, kind, token, ctx.now());
  return claims && PassClaims.safeParse(claims).data;
}

/** A guest sends it back in `x-guest-token`, to remain the same guest. */
export function signGuestToken(ctx: Signer, guestId: string): Promise<string> {
  return signToken(ctx.config.keys, 'guest', { sub: guestId }, GUEST_TOKEN_SECONDS, ctx.now());
}

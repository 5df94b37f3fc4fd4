/** What the host and the co-hosts do on a stage: invite, approve, mute and remove. Each is idempotent. */
import type { Context } from '@/contracts/context';
import type { Actor } from '@/shared/actor';
import { type Found, getRoomToRun, isOnStage, requirePresent } from './access';
import { getNamed } from './cards';
import { userRoomError } from './errors';
import { tellSome } from './events';
import { leaveStage } from './leave-stage';
import { addRequest, findRequest } from './requests';
import type { StageHostAction } from './schemas';
import { muteAll, requireOnStage, setMuted } from './stage';
import { SPEAKERS_MAX, takeStage } from './take-stage';

/** The userId that stands for everyone on the stage. */
export const EVERYONE = 'all';
const MUTE_TRIES_MAX = 3;

/** Someone with a raised hand comes on the stage at once. Throws USER_NOT_FOUND, NOT_IN_ROOM, STAGE_FULL. */
export async function inviteToStage(ctx: Context, actor: Actor, roomId: string, userId: string): Promise<void> {
  const found = await getRoomToRun(ctx, actor, roomId);
  if (isOnStage(found, userId)) throw userRoomError('ALREADY_ON_STAGE');
  const [user, request] = await Promise.all([getNamed(ctx, found.room, userId), findRequest(ctx, roomId, userId)]);
  await requirePresent(ctx, roomId, userId);
  if (request === 'invite') return;
  if (request === 'hand') return bringOnStage(ctx, found, user);
  const invited = await ctx.db.batch([addRequest(ctx, { roomId, userId, kind: 'invite', byId: actor.userId })]);
  if (invited[0].length === 0) return;
  const host = [found.people.host, ...found.people.coHosts].find(({ id }) => id === actor.userId);
  const { following: _actors, ...by } = host ?? found.people.host;
  tellSome(ctx, roomId, [userId], { type: 'stage-invite', by });
}

/** Throws what `getRoomToRun` does, and the refusals of the action. @param userId or `all`, to mute everyone */
export async function runStage(
  ctx: Context,
  actor: Actor,
  { roomId, userId }: { readonly roomId: string; readonly userId: string },
  action: StageHostAction,
): Promise<void> {
  const found = await getRoomToRun(ctx, actor, roomId);
  if (action === 'unmute') throw userRoomError('ONLY_THEMSELVES');
  if (userId === EVERYONE) {
    if (action !== 'mute') throw userRoomError('USER_NOT_FOUND');
    return muteEveryone(ctx, actor, found);
  }
  if (action === 'approve') return approve(ctx, found, userId);
  requireBelow(found, actor, userId);
  if (action === 'remove') return remove(ctx, found, actor, userId);
  if (!isOnStage(found, userId)) throw userRoomError('NOT_ON_STAGE');
  return setMuted(ctx, roomId, userId, { muted: true, by: actor.userId });
}

/** Throws NO_REQUEST, STAGE_FULL, NOT_IN_ROOM, USER_NOT_FOUND. */
async function approve(ctx: Context, found: Found, userId: string): Promise<void> {
  if (isOnStage(found, userId)) return;
  const { room } = found;
  const [user, request] = await Promise.all([getNamed(ctx, room, userId), findRequest(ctx, room.id, userId)]);
  if (request !== 'hand') throw userRoomError('NO_REQUEST');
  await requirePresent(ctx, room.id, userId);
  await bringOnStage(ctx, found, user);
}

async function bringOnStage(
  ctx: Context,
  { room, people }: Found,
  user: Awaited<ReturnType<typeof getNamed>>,
): Promise<void> {
  if (people.speakers.length >= SPEAKERS_MAX) throw userRoomError('STAGE_FULL');
  if (!(await takeStage(ctx, room.id, user, 'hand'))) await requireOnStage(ctx, room.id, user.id);
}

/** Takes a speaker off the stage, or declines a hand, or withdraws an invitation. */
async function remove(ctx: Context, { room }: Found, actor: Actor, userId: string): Promise<void> {
  const hadHand = await leaveStage(ctx, { roomId: room.id, userId, by: actor.userId });
  if (hadHand) tellSome(ctx, room.id, [userId], { type: 'stage-declined', userId });
}

/** Reads again if a speaker left or was muted meanwhile. Throws ROOM_CHANGED if that happens each time. */
async function muteEveryone(ctx: Context, actor: Actor, found: Found, triesLeft = MUTE_TRIES_MAX): Promise<void> {
  if (triesLeft === 0) throw userRoomError('ROOM_CHANGED');
  const { room, people } = found;
  const isHost = room.hostId === actor.userId;
  const coHosts = new Set(people.coHosts.map(({ id }) => id));
  const loud = people.speakers.filter(({ id, muted }) => !muted && (isHost || !coHosts.has(id)));
  const userIds = loud.map(({ id }) => id);
  if (await muteAll(ctx, room.id, userIds, actor.userId)) return;
  await muteEveryone(ctx, actor, await getRoomToRun(ctx, actor, room.id), triesLeft - 1);
}

/** Nobody acts on the host, and only the host on a co-host. Throws HOST_STAYS, CO_HOST_PROTECTED. */
function requireBelow({ room, people }: Found, { userId: actorId }: Actor, userId: string): void {
  if (userId === room.hostId) throw userRoomError('HOST_STAYS');
  if (actorId === room.hostId || userId === actorId) return;
  if (people.coHosts.some(({ id }) => id === userId)) throw userRoomError('CO_HOST_PROTECTED');
}

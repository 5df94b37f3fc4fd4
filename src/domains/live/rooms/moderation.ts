/**
 * Time-outs, kicks and bans. Time-outs and kicks belong to the room. A stream's ban belongs to the channel, a user's room
 * has bans of its own. A ban reaches the open rooms and LiveKit in the same commit. Actions of staff are logged.
 */

import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import type { ModerationAction } from '@/contracts/room';
import { commit, commitIfMet, type Plan } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { staff } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import { removal } from '@/domains/live/channels/video-denials';
import type { Actor, Rank } from '@/shared/actor';
import { type FoundDoor, mayStay } from './admission';
import { ban, moderates, unban } from './bans';
import { type Moderation, type ModerationKind, TIMEOUT_SECONDS_DEFAULT } from './chat-schemas';
import { getDoor } from './door';
import { roomError } from './errors';
import {
  type ModeratedParty,
  type ModeratingParty,
  type ModerationRight,
  mayModerate,
  moderationRight,
  takesStaff,
} from './moderation-rules';
import { listOpenStreams } from './open-rooms';
import { putOutOfVideo } from './participants';
import { findRoomRelation } from './relation';

type ModerationRequest = z.output<typeof Moderation>;
/** The door, and the actor's role there. */
interface Moderating {
  readonly door: FoundDoor;
  readonly party: ModeratingParty;
}

type OfUser<Request> = Request & { readonly userId: string };

/**
 * Idempotent: a repeat sends no event and is not logged. Throws NOT_MODERATOR, OUT_OF_YOUR_REACH,
 * USER_NOT_FOUND, STREAM_ENDED.
 */
export async function moderate(ctx: Context, actor: Actor, roomId: string, request: ModerationRequest): Promise<void> {
  const { door, party } = await moderatingParty(ctx, actor, roomId);
  await moderateAs(ctx, actor, { door, party }, request);
}

/** As staff alone, so that it is logged even if the actor is also a moderator there. Throws as `moderate` does. */
export async function kickAsStaff(
  ctx: Context,
  actor: Actor,
  roomId: string,
  { userId, reason }: { readonly userId: string; readonly reason?: string | undefined },
): Promise<void> {
  const { door, party } = await moderatingParty(ctx, actor, roomId);
  const asStaff = { ...party, creator: false, moderator: false };
  await moderateAs(ctx, actor, { door, party: asStaff }, { action: 'kick', userId, reason });
}

async function moderateAs(
  ctx: Context,
  actor: Actor,
  { door, party }: { door: FoundDoor; party: ModeratingParty },
  request: ModerationRequest,
): Promise<void> {
  const right = moderationRight(party, request.action);
  if (!right) throw roomError('NOT_MODERATOR');
  if (request.guestId !== undefined) return kickGuest(ctx, actor, { door, right }, request.guestId, request.reason);
  const { target } = await requireMayModerate(ctx, { door, party }, request.action, request.userId);
  const reason = request.reason || null;
  const logged = takesStaff(right, target) ? [logAction(ctx, actor, door, request, target)] : [];
  switch (request.action) {
    case 'ban': {
      const statements = ban(ctx, door, { userId: target.userId, bannedBy: actor.userId, reason });
      const events = await banEvents(ctx, door, actor, { ...request, userId: target.userId });
      const isNew = await commitIfMet(ctx, [...statements, ...logged], { events });
      // The earlier ban kept the messages. Only the rooms can delete them, so the events are sent again.
      if (!isNew && request.deleteMessages) await commit(ctx, [], { events });
      return;
    }
    case 'unban': {
      const lift = await liftBan(ctx, actor, door, target.userId);
      await commitIfMet(ctx, [...lift.statements, ...logged], { events: lift.events });
      return;
    }
    default:
      return moderateInRoom(ctx, actor, door, {
        action: roomAction(request.action, { ...request, userId: target.userId }, reason),
        logged,
      });
  }
}

/**
 * Lifts a ban in another use case's batch, which aborts if the user is not banned. Throws NOT_MODERATOR,
 * OUT_OF_YOUR_REACH, USER_NOT_FOUND.
 */
export async function planUnban(
  ctx: Context,
  actor: Actor,
  { door, party }: Moderating,
  userId: string,
): Promise<Plan> {
  const [{ target, right }, { statements, events }] = await Promise.all([
    requireMayModerate(ctx, { door, party }, 'unban', userId),
    liftBan(ctx, actor, door, userId),
  ]);
  const log = takesStaff(right, target) ? [logAction(ctx, actor, door, { action: 'unban' }, target)] : [];
  return { statements: [...statements, ...log], events };
}

async function liftBan(ctx: Context, actor: Actor, door: FoundDoor, userId: string): Promise<Plan> {
  const { roomIds } = await listRooms(ctx, door);
  const command = { type: 'unban', userId, by: actor.userId } as const;
  return {
    statements: unban(ctx, door, userId),
    events: [
      ...roomIds.map((roomId): OutboxEvent => ({ kind: 'room', roomId, command })),
      { kind: 'ban-lifted', placeId: door.channelId ?? door.roomId, userId },
    ],
  };
}

/**
 * A guest has no rank, so whoever may kick at all may kick them. Whoever has an account is no guest: they would leave the
 * video without a look at who they are. Throws USER_NOT_FOUND.
 */
async function kickGuest(
  ctx: Context,
  actor: Actor,
  { door, right }: { door: FoundDoor; right: ModerationRight },
  guestId: string,
  reason: string | undefined,
): Promise<void> {
  if (await findTarget(ctx, door, guestId)) throw roomError('USER_NOT_FOUND');
  const log = logStaff(ctx, {
    staffId: actor.userId,
    action: 'room.kick',
    targetType: 'guest',
    targetId: guestId,
    after: { streamId: door.roomId },
    ...(reason ? { reason } : {}),
  });
  const action = { action: 'kick', guestId, reason: reason || null } as const;
  await moderateInRoom(ctx, actor, door, { action, logged: right === 'staff' ? [log] : [] });
}

/** Throws NOT_MODERATOR, OUT_OF_YOUR_REACH, USER_NOT_FOUND. */
async function requireMayModerate(
  ctx: Context,
  { door, party }: Moderating,
  action: ModerationKind,
  userId: string | undefined,
): Promise<{ target: ModeratedParty; right: ModerationRight }> {
  const right = moderationRight(party, action);
  if (!right) throw roomError('NOT_MODERATOR');
  const target = userId === undefined ? undefined : await findTarget(ctx, door, userId);
  if (!target) throw roomError('USER_NOT_FOUND');
  const refusal = mayModerate(party, action, target);
  if (refusal) throw roomError(refusal);
  return { target, right };
}

/** For the log of staff. */
function logAction(
  ctx: Context,
  { userId: staffId }: Actor,
  { roomId }: FoundDoor,
  { action, seconds, reason }: Pick<ModerationRequest, 'action' | 'seconds' | 'reason'>,
  { userId }: ModeratedParty,
): Statement {
  return logStaff(ctx, {
    staffId,
    action: `room.${action}`,
    targetType: 'user',
    targetId: userId,
    subjectId: userId,
    after: { streamId: roomId, ...(seconds ? { seconds } : {}) },
    ...(reason ? { reason } : {}),
  });
}

/** The room keeps time-outs and kicks. A kick also removes the user from the video. */
async function moderateInRoom(
  ctx: Context,
  actor: Actor,
  door: FoundDoor,
  { action, logged }: { action: ModerationAction; logged: readonly Statement[] },
): Promise<void> {
  const { roomId, status, videoRoom } = door;
  if (status === 'ended') throw roomError(door.kind === 'user' ? 'ROOM_CLOSED' : 'STREAM_ENDED');
  if (status === 'cancelled') throw roomError('STREAM_CANCELLED');
  if ((await ctx.rooms(roomId).moderate(actor.userId, action)) === false) return;
  if (action.action !== 'kick' || status !== 'live') {
    await commit(ctx, logged);
    return;
  }
  const { userId, guestId } = action;
  const out = putOutOfVideo(ctx, videoRoom, userId ?? guestId);
  const events = [out.event, ...(userId === undefined ? [] : stageEvents(door, userId, actor.userId))];
  await commit(ctx, [out.statement, ...logged], { events });
}

/** Someone who is put out of a user's room leaves its stage, and a co-host's role may have ended. */
function stageEvents({ kind, roomId }: FoundDoor, userId: string, by: string): OutboxEvent[] {
  if (kind !== 'user') return [];
  return [
    { kind: 'out-of-user-room', roomId, userId, by },
    { kind: 'user-room-changed', roomId },
  ];
}

function roomAction(
  action: Exclude<ModerationKind, 'ban' | 'unban'>,
  { userId, seconds = TIMEOUT_SECONDS_DEFAULT, deleteMessages = false }: OfUser<ModerationRequest>,
  reason: string | null,
): ModerationAction {
  switch (action) {
    case 'timeout':
      return { action, userId, seconds, reason, deleteMessages };
    case 'kick':
      return { action, userId, reason };
    case 'end-timeout':
      return { action, userId };
  }
}

/**
 * The door, and the actor's role there. Works from any country, since they act for the host. Throws STREAM_NOT_FOUND.
 */
export async function moderatingParty(ctx: Context, actor: Actor, roomId: string) {
  const door = await getDoor(ctx, { id: roomId }, { ...actor, regions: [] });
  const relation = await findRoomRelation(ctx, door, actor.userId);
  const party: ModeratingParty = {
    userId: actor.userId,
    creator: door.hostId === actor.userId,
    // A moderator who was banned or blocked meanwhile is no longer one.
    moderator: relation?.user.standing.moderator === true && relation.denied === null,
    staff: actor.staff,
  };
  // A stranger learns nothing about a private room.
  const mayAct = moderationRight(party, 'kick') ?? moderationRight(party, 'ban');
  if (!mayAct && mayStay(door, relation) === 'STREAM_NOT_FOUND') throw roomError('STREAM_NOT_FOUND');
  return { door, party, user: relation?.user };
}

/** For whatever moderators see. Throws STREAM_NOT_FOUND, NOT_MODERATOR. */
export async function requireModerator(ctx: Context, actor: Actor, roomId: string): Promise<FoundDoor> {
  const { door, party } = await moderatingParty(ctx, actor, roomId);
  if (!moderationRight(party, 'kick') && !moderationRight(party, 'ban')) throw roomError('NOT_MODERATOR');
  return door;
}

async function findTarget(ctx: Context, door: FoundDoor, userId: string): Promise<ModeratedParty | undefined> {
  const row = await ctx.db.get<{ moderator: number; rank: Rank | null; country: string | null } | undefined>(sql`
    SELECT ${moderates(door, users.id)} AS moderator,
      (SELECT rank FROM ${staff} WHERE staff.user_id = users.id) AS rank, country
    FROM ${users} WHERE id = ${userId} AND status <> 'deleted'`);
  return (
    row && {
      userId,
      creator: door.hostId === userId,
      moderator: row.moderator === 1,
      rank: row.rank,
      country: row.country,
    }
  );
}

async function banEvents(
  ctx: Context,
  door: FoundDoor,
  by: Actor,
  { userId, reason, deleteMessages = true }: OfUser<ModerationRequest>,
): Promise<OutboxEvent[]> {
  const command = { type: 'ban', userId, reason: reason || null, by: by.userId, deleteMessages } as const;
  const { roomIds, videoRoom } = await listRooms(ctx, door);
  return [
    ...(videoRoom === undefined ? [] : [removal(ctx, videoRoom, userId)]),
    ...roomIds.map((roomId): OutboxEvent => ({ kind: 'room', roomId, command })),
    ...stageEvents(door, userId, by.userId),
  ];
}

/** This room and the channel's other open rooms. Later rooms check the ban at the door. */
async function listRooms(ctx: Context, { kind, roomId, hostId, status, videoRoom }: FoundDoor) {
  if (kind === 'user') return { roomIds: [roomId], videoRoom: status === 'live' ? videoRoom : undefined };
  const open = await listOpenStreams(ctx, hostId);
  return {
    roomIds: [...new Set([roomId, ...open.map((room) => room.roomId)])],
    videoRoom: open.find(({ status }) => status === 'live')?.videoRoom,
  };
}

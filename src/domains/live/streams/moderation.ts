/**
 * Time-outs, kicks and bans. A time-out and a kick are the room's; a ban is the channel's, and reaches its open rooms
 * and LiveKit in the same commit. What staff do is logged.
 */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import type { ModerationAction } from '@/contracts/room';
import { commit, commitIfMet, requireChange } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { staff } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import { isModeratorOf } from '@/domains/base/visibility/channels';
import { banFromChannel, unbanFromChannel } from '@/domains/live/channels/bans';
import { denyLiveVideo, removal } from '@/domains/live/channels/video-denials';
import type { Actor, Rank } from '@/shared/actor';
import { streamRoomOf } from './channel-state';
import { type Moderation, type ModerationKind, TIMEOUT_SECONDS_DEFAULT } from './chat-schemas';
import { streamError } from './errors';
import { type FoundStream, getStream } from './find';
import {
  type ModeratedParty,
  type ModeratingParty,
  mayModerate,
  moderationRight,
  takesStaff,
} from './moderation-rules';
import { listOpenRooms } from './open-rooms';
import { putOutOfVideo } from './participants';
import { findRoomRelation } from './relation';

type ModerationRequest = z.output<typeof Moderation>;

/**
 * Idempotent: a repeat sends no event and is not logged. Throws NOT_MODERATOR, OUT_OF_YOUR_REACH,
 * USER_NOT_FOUND, STREAM_ENDED.
 */
export async function moderate(
  ctx: Context,
  actor: Actor,
  streamId: string,
  request: ModerationRequest,
): Promise<void> {
  const { found, party } = await moderatingParty(ctx, actor, streamId);
  const right = moderationRight(party, request.action);
  if (!right) throw streamError('NOT_MODERATOR');
  const target = await findTarget(ctx, found, request.userId);
  if (!target) throw streamError('USER_NOT_FOUND');
  const refusal = mayModerate(party, request.action, target);
  if (refusal) throw streamError(refusal);

  const reason = request.reason || null;
  const log = logStaff(ctx, {
    staffId: actor.userId,
    action: `room.${request.action}`,
    targetType: 'user',
    targetId: target.userId,
    subjectId: target.userId,
    after: { streamId, ...(request.seconds ? { seconds: request.seconds } : {}) },
    ...(reason ? { reason } : {}),
  });
  const logged = takesStaff(right, target) ? [log] : [];
  const { channel } = found;
  switch (request.action) {
    case 'ban': {
      const statement = banFromChannel(ctx, {
        channelId: channel.id,
        userId: target.userId,
        bannedBy: actor.userId,
        reason,
      });
      const denied = denyLiveVideo(ctx, channel.id, target.userId);
      const events = await banEvents(ctx, found, actor, request);
      const isNew = await commitIfMet(ctx, [statement, requireChange(ctx), denied, ...logged], { events });
      // The rooms know whose messages are gone, so they are told who was banned before and asked for no deletion.
      if (!isNew && request.deleteMessages) await commit(ctx, [], { events });
      return;
    }
    case 'unban': {
      const { roomIds } = await listRooms(ctx, found);
      const command = { type: 'unban', userId: target.userId } as const;
      const events = roomIds.map((roomId): OutboxEvent => ({ kind: 'room', roomId, command }));
      const statement = unbanFromChannel(ctx, channel.id, target.userId);
      await commitIfMet(ctx, [statement, requireChange(ctx), ...logged], { events });
      return;
    }
    default:
      return moderateInRoom(ctx, actor, found, { action: roomAction(request.action, request, reason), logged });
  }
}

/** The room keeps time-outs and kicks; a kick puts out of the video too. */
async function moderateInRoom(
  ctx: Context,
  actor: Actor,
  { stream }: FoundStream,
  { action, logged }: { action: ModerationAction; logged: readonly Statement[] },
): Promise<void> {
  if (stream.status === 'ended') throw streamError('STREAM_ENDED');
  if (stream.status === 'cancelled') throw streamError('STREAM_CANCELLED');
  if ((await ctx.rooms(stream.id).moderate(actor.userId, action)) === false) return;
  if (action.action !== 'kick' || stream.status !== 'live') {
    await commit(ctx, logged);
    return;
  }
  const out = putOutOfVideo(ctx, streamRoomOf(stream), action.userId);
  await commit(ctx, [out.statement, ...logged], { events: [out.event] });
}

function roomAction(
  action: Exclude<ModerationKind, 'ban' | 'unban'>,
  { userId, seconds = TIMEOUT_SECONDS_DEFAULT, deleteMessages = false }: ModerationRequest,
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

/** Who asks, and of which stream: from wherever they are, since they act for its creator. Throws STREAM_NOT_FOUND. */
export async function moderatingParty(ctx: Context, actor: Actor, streamId: string) {
  const found = await getStream(ctx, { id: streamId }, { ...actor, regions: [] });
  const standing = await findRoomRelation(ctx, streamId, actor.userId);
  const party: ModeratingParty = {
    userId: actor.userId,
    creator: found.stream.creatorId === actor.userId,
    // A moderator who was banned or blocked since is one no more.
    moderator: standing?.user.standing.moderator === true && standing.denied === null,
    staff: actor.staff,
  };
  return { found, party };
}

async function findTarget(ctx: Context, { stream }: FoundStream, userId: string): Promise<ModeratedParty | undefined> {
  const row = await ctx.db.get<{ moderator: number; rank: Rank | null; country: string | null } | undefined>(sql`
    SELECT ${isModeratorOf(stream.channelId, users.id)} AS moderator,
      (SELECT rank FROM ${staff} WHERE staff.user_id = users.id) AS rank, country
    FROM ${users} WHERE id = ${userId} AND status <> 'deleted'`);
  return (
    row && {
      userId,
      creator: stream.creatorId === userId,
      moderator: row.moderator === 1,
      rank: row.rank,
      country: row.country,
    }
  );
}

async function banEvents(
  ctx: Context,
  found: FoundStream,
  by: Actor,
  { userId, reason, deleteMessages = true }: ModerationRequest,
): Promise<OutboxEvent[]> {
  const command = { type: 'ban', userId, reason: reason || null, by: by.userId, deleteMessages } as const;
  const { roomIds, videoRoom } = await listRooms(ctx, found);
  return [
    ...(videoRoom === undefined ? [] : [removal(ctx, videoRoom, userId)]),
    ...roomIds.map((roomId): OutboxEvent => ({ kind: 'room', roomId, command })),
  ];
}

/** Where somebody may be of the channel's rooms, and this one: later ones read the ban at the door. */
async function listRooms(ctx: Context, { stream }: FoundStream) {
  const open = await listOpenRooms(ctx, [stream.creatorId]);
  return {
    roomIds: [...new Set([stream.id, ...open.map(({ roomId }) => roomId)])],
    videoRoom: open.find(({ status }) => status === 'live')?.videoRoom,
  };
}

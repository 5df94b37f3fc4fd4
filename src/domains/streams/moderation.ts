/**
 * Time-outs, kicks and bans. A time-out and a kick are the room's; a ban is the channel's, and reaches its open rooms
 * and LiveKit in the same commit. What staff do is logged.
 */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, commitIfMet, demandChange } from '@/db/commit';
import { banFromChannel, unbanFromChannel } from '@/domains/channels/bans';
import { listOpenRooms } from '@/domains/social/open-rooms';
import { logStaff } from '@/domains/staff/log';
import type { OutboxEvent } from '@/queues/messages';
import type { ModerationAction } from '@/room/api';
import type { Actor, Rank } from '@/shared/actor';
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
import { findRoomStanding } from './standing';

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
  const { channel, stream } = found;
  switch (request.action) {
    case 'ban': {
      const statement = banFromChannel(ctx, {
        channelId: channel.id,
        userId: target.userId,
        bannedBy: actor.userId,
        reason,
      });
      const events = await banEvents(ctx, found, target.userId, actor, reason);
      await commitIfMet(ctx, [statement, demandChange(ctx), ...logged], { events });
      return;
    }
    case 'unban': {
      const rooms = await listRoomIds(ctx, found);
      const command = { type: 'unban', userId: target.userId } as const;
      const events = rooms.map((roomId): OutboxEvent => ({ kind: 'room', roomId, command }));
      const statement = unbanFromChannel(ctx, channel.id, target.userId);
      await commitIfMet(ctx, [statement, demandChange(ctx), ...logged], { events });
      return;
    }
    default:
      if (stream.status === 'ended') throw streamError('STREAM_ENDED');
      if (stream.status === 'cancelled') throw streamError('STREAM_CANCELLED');
      if ((await ctx.rooms(stream.id).moderate(actor.userId, roomAction(request.action, request, reason))) === false)
        return;
      await commit(ctx, logged, {
        events: request.action === 'kick' ? [outOfTheVideo(ctx, channel.id, target.userId)] : [],
      });
  }
}

function roomAction(
  action: Exclude<ModerationKind, 'ban' | 'unban'>,
  { userId, seconds = TIMEOUT_SECONDS_DEFAULT }: ModerationRequest,
  reason: string | null,
): ModerationAction {
  switch (action) {
    case 'timeout':
      return { action, userId, seconds, reason };
    case 'kick':
      return { action, userId, reason };
    case 'end-timeout':
      return { action, userId };
  }
}

/** Who asks, and of which stream: from wherever they are, since they act for its creator. Throws STREAM_NOT_FOUND. */
export async function moderatingParty(ctx: Context, actor: Actor, streamId: string) {
  const found = await getStream(ctx, { id: streamId }, { ...actor, regions: [] });
  const standing = await findRoomStanding(ctx, streamId, actor.userId);
  const party: ModeratingParty = {
    userId: actor.userId,
    creator: found.stream.creatorId === actor.userId,
    // A moderator who was banned or blocked since is one no more.
    moderator: standing?.user.standing.moderator === true && standing.shutOut === null,
    staff: actor.staff,
  };
  return { found, party };
}

async function findTarget(ctx: Context, { stream }: FoundStream, userId: string): Promise<ModeratedParty | undefined> {
  const row = await ctx.db.get<{ moderator: number; rank: Rank | null; country: string | null } | undefined>(sql`
    SELECT EXISTS (SELECT 1 FROM moderators WHERE channel_id = ${stream.channelId} AND user_id = users.id) AS moderator,
      (SELECT rank FROM staff WHERE staff.user_id = users.id) AS rank, country
    FROM users WHERE id = ${userId} AND status <> 'deleted'`);
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
  userId: string,
  by: Actor,
  reason: string | null,
): Promise<OutboxEvent[]> {
  const command = { type: 'ban', userId, reason, by: by.userId } as const;
  const rooms = await listRoomIds(ctx, found);
  return [
    outOfTheVideo(ctx, found.channel.id, userId),
    ...rooms.map((roomId): OutboxEvent => ({ kind: 'room', roomId, command })),
  ];
}

/** Tokens issued so far are void; whoever may come back gets a new one. */
function outOfTheVideo(ctx: Context, channelId: string, userId: string): OutboxEvent {
  return { kind: 'remove-participant', roomId: channelId, identity: userId, at: ctx.now() };
}

/** Where somebody may be of the channel's rooms, and this one: later ones read the ban at the door. */
async function listRoomIds(ctx: Context, { stream }: FoundStream): Promise<string[]> {
  const open = await listOpenRooms(ctx, [stream.creatorId]);
  return [...new Set([stream.id, ...open.map(({ roomId }) => roomId)])];
}

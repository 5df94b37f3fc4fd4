/**
 * Decides who may be in a video room. LiveKit's tokens outlive bans, visibility changes and shows, and LiveKit revokes
 * none of them. So every reported join is checked here, and participants who may not be there are removed.
 */

import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { ParticipantEvent, ParticipantSeen } from '@/contracts/media';
import type { OutboxEvent } from '@/contracts/messages';
import type { Visibility } from '@/contracts/room-command';
import { commit } from '@/db/commit';
import { planOnce } from '@/db/outbox';
import { users } from '@/domains/base/users/tables';
import { isActive } from '@/domains/base/visibility/people';
import { visibilityAtDoor } from '@/domains/base/visibility/streams';
import { identitiesOf, readIdentity } from '@/domains/live/channels/media-identity';
import { channels } from '@/domains/live/channels/tables';
import { deniedSince, denyVideo, removal } from '@/domains/live/channels/video-denials';
import { streamVideoRoom } from '@/domains/live/channels/video-room';
import { streams } from '@/domains/live/streams/tables';
import { AppError } from '@/http/errors';
import { newId } from '@/shared/ids';
import { DAY_MS, MINUTE_MS } from '@/shared/time';
import { judgeAdmission } from './admission';
import { doorAttributes } from './door-attributes';
import { findRoomRelation } from './relation';
import { applyVoiceJoined } from './voice-joined';

/** The lifetime of a viewer's token. LiveKit renews a connected client's token, which keeps its first time of issue. */
const FRESH_MS = 2 * MINUTE_MS;
/** A LiveKit server that was down for longer has lost its rooms, and older tokens have expired. */
const PARTICIPANT_MS_MAX = DAY_MS;

interface VideoRoomRow {
  readonly creatorId: string;
  readonly creatorActive: number;
  /** 1 if the room belongs to the live show, or to the next one. */
  readonly current: number;
  readonly streamId: string | null;
  readonly visibility: Visibility | null;
  /** 1 if the viewer was removed after the token was issued. */
  readonly denied: number;
}

/** Returns whether the channel's creator joined from a browser. */
export async function applyParticipantJoined(ctx: Context, event: ParticipantEvent): Promise<boolean> {
  const { as, id } = readIdentity(event.identity);
  if (as === 'encoder') return false;
  const row = await readRoom(ctx, event, id);
  if (!row) {
    await applyVoiceJoined(ctx, event, id);
    return false;
  }
  const isCreator = row.creatorId === id;
  if (isCreator ? mayBeInOwnRoom(row) : await mayWatch(ctx, row, event, id)) return isCreator && as === 'own';
  const out = isCreator ? event.identity : id;
  const { statement, event: leaving } = putOutOfVideo(ctx, event.room, out);
  await commit(ctx, [statement], { events: [leaving] });
  ctx.log.event('video.put-out', { room: event.room, viewerId: id });
  return false;
}

function mayBeInOwnRoom({ creatorActive, current }: VideoRoomRow): boolean {
  return creatorActive === 1 && current === 1;
}

/**
 * A fresh token from an unchanged door is as good as the check that issued it. Everyone else is checked again,
 * including guests.
 */
async function mayWatch(ctx: Context, row: VideoRoomRow, seen: ParticipantSeen, viewerId: string): Promise<boolean> {
  const { streamId, visibility } = row;
  if (streamId === null || visibility === null || row.denied === 1) return false;
  const door = doorAttributes({ roomId: streamId, visibility });
  const isSameDoor = seen.attributes.stream === door.stream && seen.attributes.door === door.door;
  if (isSameDoor && ctx.now() - seen.issuedAt < FRESH_MS) return true;
  return (
    judgeAdmission({ status: 'live', visibility }, await findRoomRelation(ctx, { roomId: streamId }, viewerId)) === null
  );
}

function readRoom(ctx: Context, { room, issuedAt }: { room: string; issuedAt: number }, viewerId: string) {
  return ctx.db.get<VideoRoomRow | undefined>(sql`
    SELECT channels.creator_id AS creatorId, ${isActive()} AS creatorActive,
      coalesce(${streamVideoRoom}, channels.media_room, channels.id) = ${room} AS current,
      CASE WHEN ${streamVideoRoom} = ${room} THEN streams.id END AS streamId, ${visibilityAtDoor} AS visibility,
      ${deniedSince(room, viewerId, issuedAt)} AS denied
    FROM ${channels} JOIN ${users} ON users.id = channels.creator_id
      LEFT JOIN ${streams} ON streams.channel_id = channels.id AND streams.status = 'live'
    WHERE channels.id = coalesce(
      (SELECT id FROM ${channels} WHERE media_room = ${room}),
      (SELECT channel_id FROM ${streams} WHERE media_room = ${room} LIMIT 1),
      ${room})`);
}

/**
 * Removes a viewer from a show's video, and denies older tokens.
 * @param identity a viewer's id, for all of their identities; or one identity
 */
export function putOutOfVideo(
  ctx: Pick<Context, 'db' | 'now'>,
  room: string,
  identity: string,
): { statement: Statement; event: OutboxEvent } {
  return {
    statement: denyVideo(ctx, room, [readIdentity(identity).id]),
    event: removal(ctx, room, identity),
  };
}

/** Same, for the room object: it cannot deliver events, so the outbox sweep does. */
export async function planToPutOut(ctx: Pick<Context, 'db' | 'now'>, room: string, identity: string): Promise<void> {
  const { statement, event } = putOutOfVideo(ctx, room, identity);
  await ctx.db.batch([statement, planOnce(ctx, newId(), event)]);
}

/** Throws MEDIA_UNAVAILABLE. */
export async function removeFromVideo(
  ctx: Context,
  { roomId, identity, at }: Extract<OutboxEvent, { kind: 'remove-participant' }>,
): Promise<void> {
  const { as, id } = readIdentity(identity);
  try {
    for (const one of as === 'own' ? identitiesOf(id) : [identity]) await ctx.media.removeParticipant(roomId, one, at);
  } catch (error) {
    const isLate = ctx.now() - at > PARTICIPANT_MS_MAX;
    if (!(isLate && error instanceof AppError)) throw error;
  }
}

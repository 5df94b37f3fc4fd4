/**
 * Who is in a show's video room. LiveKit's tokens outlive bans, doors and shows, and its own server voids none of them;
 * so every join that it reports is checked here, and whoever may not be there is put out.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { ParticipantEvent, ParticipantSeen } from '@/contracts/media';
import type { OutboxEvent } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { planOnce } from '@/db/outbox';
import { users } from '@/domains/base/users/tables';
import { isActive } from '@/domains/base/visibility/people';
import { channels } from '@/domains/live/channels/tables';
import { deniedSince, denyVideo, removal } from '@/domains/live/channels/video-denials';
import { AppError } from '@/http/errors';
import { newId } from '@/shared/ids';
import { DAY_MS, MINUTE_MS } from '@/shared/time';
import { judgeAdmission } from './admission';
import { identitiesOf, readIdentity } from './media-identity';
import { findRoomRelation } from './relation';
import type { Visibility } from './tables';

/** As long as a viewer's token lasts. LiveKit renews those of connected clients, and they say when the first was issued. */
const FRESH_MS = 2 * MINUTE_MS;
/** LiveKit that was away for longer has lost its rooms, and no token from before is good. */
const PARTICIPANT_MS_MAX = DAY_MS;

/** What a viewer's token says of the door that let them in. */
export function doorAttributes(stream: { readonly id: string; readonly visibility: Visibility }) {
  return { stream: stream.id, door: stream.visibility };
}

interface RoomRow {
  readonly creatorId: string;
  readonly creatorActive: number;
  /** 1: of the show that is live, or of the next. */
  readonly current: number;
  readonly streamId: string | null;
  readonly visibility: Visibility | null;
  /** 1: put out since the token was issued. */
  readonly denied: number;
}

/** Answers whether it was the channel's creator, from a browser. A room that is nobody's is none of our business. */
export async function applyParticipantJoined(ctx: Context, event: ParticipantEvent): Promise<boolean> {
  const { as, id } = readIdentity(event.identity);
  if (as === 'encoder') return false;
  const row = await readRoom(ctx, event, id);
  if (!row) return false;
  const isCreator = row.creatorId === id;
  if (isCreator ? mayBeInOwnRoom(row) : await mayWatch(ctx, row, event, id)) return isCreator && as === 'own';
  const out = isCreator ? event.identity : id;
  const { statement, event: leaving } = putOutOfVideo(ctx, event.room, out);
  await commit(ctx, [statement], { events: [leaving] });
  ctx.log.event('video.put-out', { room: event.room, viewerId: id });
  return false;
}

function mayBeInOwnRoom({ creatorActive, current }: RoomRow): boolean {
  return creatorActive === 1 && current === 1;
}

/**
 * A fresh token, of a door that is still the same, is as good as the check that it was issued by. Everybody else goes
 * through that again, guests too.
 */
async function mayWatch(ctx: Context, row: RoomRow, seen: ParticipantSeen, viewerId: string): Promise<boolean> {
  const { streamId, visibility } = row;
  if (streamId === null || visibility === null || row.denied === 1) return false;
  const door = doorAttributes({ id: streamId, visibility });
  const isSameDoor = seen.attributes.stream === door.stream && seen.attributes.door === door.door;
  if (isSameDoor && ctx.now() - seen.issuedAt < FRESH_MS) return true;
  return judgeAdmission({ status: 'live', visibility }, await findRoomRelation(ctx, streamId, viewerId)) === null;
}

function readRoom(ctx: Context, { room, issuedAt }: { room: string; issuedAt: number }, viewerId: string) {
  const streamRoom = sql`coalesce(streams.media_room, streams.channel_id)`;
  return ctx.db.get<RoomRow | undefined>(sql`
    SELECT channels.creator_id AS creatorId, ${isActive()} AS creatorActive,
      coalesce(${streamRoom}, channels.media_room, channels.id) = ${room} AS current,
      CASE WHEN ${streamRoom} = ${room} THEN streams.id END AS streamId, streams.visibility,
      ${deniedSince(room, viewerId, issuedAt)} AS denied
    FROM ${channels} JOIN ${users} ON users.id = channels.creator_id
      LEFT JOIN streams ON streams.channel_id = channels.id AND streams.status = 'live'
    WHERE channels.id = coalesce(
      (SELECT id FROM ${channels} WHERE media_room = ${room}),
      (SELECT channel_id FROM streams WHERE media_room = ${room} LIMIT 1),
      ${room})`);
}

/**
 * Puts somebody out of a show's video: noted, so that a token from before does not bring them back, and removed.
 * @param identity a viewer's id, for all of their places; or one identity
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

/** The same for a room, which delivers no events itself: the sweep of the outbox does. */
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

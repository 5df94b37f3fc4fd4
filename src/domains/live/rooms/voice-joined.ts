/**
 * Decides who may be in the voice of a user's room. Tokens outlive bans, closing and turns on the stage, so every join
 * that LiveKit reports is checked here: someone who may not be there is removed, and an outdated permission is corrected.
 */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { ParticipantEvent } from '@/contracts/media';
import type { OutboxEvent } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { deniedSince, denyVideo, removal } from '@/domains/live/channels/video-denials';
import { roomSpeakers, userRooms } from '@/domains/live/user-rooms/tables';
import { judgeAdmission } from './admission';
import { findPeople, findRoomRelation, type RoomRelation } from './relation';
import { visibilityOf } from './user-room-door';
import { isOnStage } from './voice';

interface VoiceRow {
  readonly open: number;
  readonly isPrivate: number;
  readonly hiddenAt: number | null;
  /** 1 if the participant was removed after their token was issued. */
  readonly denied: number;
}

/** Ignores rooms that no user opened. */
export async function applyVoiceJoined(ctx: Context, event: ParticipantEvent, userId: string): Promise<void> {
  const { room: roomId } = event;
  const [row, relation] = await Promise.all([
    readVoiceRoom(ctx, roomId, userId, event.issuedAt),
    findRoomRelation(ctx, { roomId, kind: 'user' }, userId),
  ]);
  if (!row) return;
  if (!mayListen(row, relation)) {
    await putOut(ctx, roomId, [userId]);
    ctx.log.event('voice.put-out', { room: roomId, viewerId: userId });
  } else if ((event.attributes.stage === 'on') !== (relation !== undefined && isOnStage(relation.user)))
    await commit(ctx, [], { events: [{ kind: 'voice-changed', roomId, userId }] });
}

/** LiveKit mutes only what is already published, so a speaker who was muted before is muted now. */
export async function applyVoicePublished(ctx: Context, { room: roomId, identity }: ParticipantEvent): Promise<void> {
  const isMuted = and(eq(roomSpeakers.roomId, roomId), eq(roomSpeakers.userId, identity), eq(roomSpeakers.muted, true));
  const speaker = await ctx.db.select({ since: roomSpeakers.since }).from(roomSpeakers).where(isMuted).get();
  if (speaker) await commit(ctx, [], { events: [{ kind: 'voice-changed', roomId, userId: identity }] });
}

/** After a change of who may be there: removes everyone else from the voice. Safe to repeat. Throws MEDIA_UNAVAILABLE. */
export async function judgeVoice(ctx: Context, roomId: string): Promise<void> {
  const userIds = (await ctx.media.listParticipants(roomId)).map(({ identity }) => identity);
  if (userIds.length === 0) return;
  const [row, { relations }] = await Promise.all([
    readVoiceRoom(ctx, roomId, '', 0),
    findPeople(ctx, { roomId, kind: 'user' }, userIds, []),
  ]);
  if (!row) return;
  const out = userIds.filter((id) => !mayListen(row, relations.get(id)));
  if (out.length > 0) await putOut(ctx, roomId, out);
}

async function putOut(ctx: Context, roomId: string, userIds: readonly string[]): Promise<void> {
  const events = userIds.map((id): OutboxEvent => removal(ctx, roomId, id));
  await commit(ctx, [denyVideo(ctx, roomId, userIds)], { events });
}

function mayListen({ open, denied, ...room }: VoiceRow, relation: RoomRelation | undefined): boolean {
  if (open !== 1 || denied === 1) return false;
  const visibility = visibilityOf({ isPrivate: room.isPrivate === 1, hiddenAt: room.hiddenAt });
  return judgeAdmission({ kind: 'user', status: 'live', visibility }, relation) === null;
}

function readVoiceRoom(ctx: Context, roomId: string, userId: string, issuedAt: number) {
  return ctx.db.get<VoiceRow | undefined>(sql`
    SELECT status = 'open' AS open, is_private AS isPrivate, hidden_at AS hiddenAt,
      ${deniedSince(roomId, userId, issuedAt)} AS denied
    FROM ${userRooms} WHERE id = ${roomId}`);
}

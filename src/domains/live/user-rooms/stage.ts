/** What someone does on a stage for themselves: raise a hand, answer an invitation, leave, mute. Each is idempotent. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { commit, commitIfMet, requireThat } from '@/db/commit';
import { literal } from '@/db/sql';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { type Found, getRoomToAct, isOnStage, requirePresent } from './access';
import { getNamed } from './cards';
import { userRoomError } from './errors';
import { stageEvent, tellSome } from './events';
import { leaveStage } from './leave-stage';
import { hostsOf } from './people';
import { addRequest, dropRequest, findRequest } from './requests';
import type { StageAction } from './schemas';
import { roomSpeakers, userRooms } from './tables';
import { isSpeaker, isWelcome, SPEAKERS_MAX, takeStage } from './take-stage';

/** Throws what `getRoomToAct` does, and the refusals of the action. */
export async function actOnStage(ctx: Context, actor: Actor, roomId: string, action: StageAction): Promise<void> {
  const found = await getRoomToAct(ctx, actor, roomId);
  switch (action) {
    case 'request':
      return raiseHand(ctx, found, actor.userId);
    case 'withdraw':
      return withdrawHand(ctx, found, actor.userId);
    case 'accept':
      return acceptInvitation(ctx, found, actor.userId);
    case 'decline':
      return declineInvitation(ctx, found, actor.userId);
    case 'leave': {
      if (found.room.hostId === actor.userId) throw userRoomError('HOST_STAYS');
      await leaveStage(ctx, { roomId, userId: actor.userId });
      return;
    }
    case 'mute':
    case 'unmute':
      if (found.room.hostId === actor.userId) return; // the host's own client mutes, and nobody else may
      if (!isOnStage(found, actor.userId))
        throw userRoomError('NOT_ON_STAGE', { message: 'You are not on the stage.' });
      return setMuted(ctx, roomId, actor.userId, { muted: action === 'mute', by: actor.userId });
  }
}

/** An invited user who raises a hand has accepted. Throws ALREADY_ON_STAGE, STAGE_LOCKED, NOT_IN_ROOM. */
async function raiseHand(ctx: Context, found: Found, userId: string): Promise<void> {
  const { room, people, relation } = found;
  if (isOnStage(found, userId)) throw userRoomError('ALREADY_ON_STAGE', { message: 'You are on the stage already.' });
  const [request] = await Promise.all([findRequest(ctx, room.id, userId), requirePresent(ctx, room.id, userId)]);
  if (request === 'hand') return;
  if (request === 'invite') return acceptInvitation(ctx, found, userId);
  if (room.stageLocked) throw userRoomError('STAGE_LOCKED');
  const takesHands = sql`EXISTS (SELECT 1 FROM ${userRooms} WHERE id = ${room.id} AND stage_locked = 0)
    AND ${isWelcome(room.id, userId)}
    AND NOT EXISTS (SELECT 1 FROM ${roomSpeakers} WHERE room_id = ${room.id} AND user_id = ${userId})`;
  const raised = addRequest(ctx, { roomId: room.id, userId, kind: 'hand', byId: userId });
  const results = await commit(ctx, [requireThat(ctx, takesHands), raised], { refusals: CHANGED });
  if ((results[1] as unknown[]).length === 0) return; // the same request came twice at once
  const { id, username, displayName, avatarUrl } = relation?.user ?? { id: userId };
  const user = { id, username, displayName, avatarUrl };
  tellSome(ctx, room.id, hostsOf(people), { type: 'stage-request', user, at: toIso(ctx.now()) });
}

async function withdrawHand(ctx: Context, { room, people }: Found, userId: string): Promise<void> {
  const [dropped] = await ctx.db.batch([dropRequest(ctx, room.id, userId, 'hand')]);
  if (dropped.length > 0) tellSome(ctx, room.id, hostsOf(people), { type: 'stage-withdrawn', userId });
}

/** Throws NOT_INVITED, STAGE_FULL, NOT_IN_ROOM. */
async function acceptInvitation(ctx: Context, found: Found, userId: string): Promise<void> {
  const { room, people } = found;
  if (isOnStage(found, userId)) return;
  const [request, user] = await Promise.all([
    findRequest(ctx, room.id, userId),
    getNamed(ctx, room, userId),
    requirePresent(ctx, room.id, userId),
  ]);
  if (request !== 'invite') throw userRoomError('NOT_INVITED');
  if (people.speakers.length >= SPEAKERS_MAX) throw userRoomError('STAGE_FULL');
  if (!(await takeStage(ctx, room.id, user, 'invite'))) await requireOnStage(ctx, room.id, userId);
}

async function declineInvitation(ctx: Context, { room, people }: Found, userId: string): Promise<void> {
  const [dropped] = await ctx.db.batch([dropRequest(ctx, room.id, userId, 'invite')]);
  if (dropped.length > 0) tellSome(ctx, room.id, hostsOf(people), { type: 'stage-declined', userId });
}

/** After a race: someone else may have brought them on the stage meanwhile. Throws ROOM_CHANGED. */
export async function requireOnStage(ctx: Context, roomId: string, userId: string): Promise<void> {
  const row = await ctx.db
    .select({ since: roomSpeakers.since })
    .from(roomSpeakers)
    .where(isSpeaker(roomId, userId))
    .get();
  if (!row) throw userRoomError('ROOM_CHANGED');
}

/** Only a speaker unmutes themselves. A repeat sends no event. */
export async function setMuted(
  ctx: Context,
  roomId: string,
  userId: string,
  { muted, by }: { readonly muted: boolean; readonly by: string },
): Promise<void> {
  const statement = ctx.db
    .update(roomSpeakers)
    .set({ muted })
    .where(and(isSpeaker(roomId, userId), eq(roomSpeakers.muted, !muted)));
  const event = stageEvent(roomId, { type: muted ? 'stage-muted' : 'stage-unmuted', userId, by });
  const silenced = { kind: 'voice-changed', roomId, userId } as const;
  await commit(ctx, [statement], { events: muted && by !== userId ? [event, silenced] : [event] });
}

/** Mutes these speakers, or nobody: returns false if one of them is no longer there or is muted already. */
export async function muteAll(ctx: Context, roomId: string, userIds: readonly string[], by: string): Promise<boolean> {
  const these = sql`room_id = ${roomId} AND muted = 0
    AND user_id IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`;
  const areLoud = sql`(SELECT count(*) FROM ${roomSpeakers} WHERE ${these}) = ${literal(userIds.length)}`;
  const events = userIds.flatMap((userId): OutboxEvent[] => [
    stageEvent(roomId, { type: 'stage-muted', userId, by }),
    { kind: 'voice-changed', roomId, userId },
  ]);
  const muting = ctx.db.run(sql`UPDATE ${roomSpeakers} SET muted = 1 WHERE ${these}`);
  return commitIfMet(ctx, [requireThat(ctx, areLoud), muting], { events });
}

const CHANGED = { DEMAND_NOT_MET: () => userRoomError('ROOM_CHANGED') };

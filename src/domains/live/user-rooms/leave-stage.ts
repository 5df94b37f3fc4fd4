/**
 * Takes someone off the stage of a user's room, and withdraws their raised hand or invitation. Safe to repeat: someone
 * who is not there leaves no event.
 */
import type { Context } from '@/contracts/context';
import type { EventOf } from '@/contracts/jobs';
import { commit, type Plan } from '@/db/commit';
import { judgeAdmission } from '@/domains/live/rooms/admission';
import type { RoomDatabase } from '@/domains/live/rooms/figures';
import { findPeople } from '@/domains/live/rooms/relation';
import { visibilityOf } from '@/domains/live/rooms/user-room-door';
import { stageEvent, standingChanged, tellSome } from './events';
import { hostsOf, readPeople } from './people';
import { type DroppedRequest, dropRequestsOf } from './requests';
import { roomSpeakers, type UserRoomRow } from './tables';
import { isSpeaker } from './take-stage';
import { recordTurns } from './turns';

interface Leaving {
  readonly roomId: string;
  readonly userId: string;
  /** Who took them off the stage; missing if they left. */
  readonly by?: string;
}

export async function applyExit(ctx: Context, { roomId, userId, by }: EventOf<'out-of-user-room'>): Promise<void> {
  await leaveStage(ctx, { roomId, userId, ...(by ? { by } : {}) });
}

/** The hosts hear of a raised hand that is gone. Returns whether there was one. */
export async function leaveStage(ctx: Context, leaving: Leaving): Promise<boolean> {
  const { roomId, userId } = leaving;
  const { statements, events } = leavingStage(ctx, leaving);
  const [, dropped] = (await commit(ctx, statements, { events })) as [unknown, DroppedRequest[]];
  if (!dropped.some(({ kind }) => kind === 'hand')) return false;
  const people = (await readPeople(ctx, [roomId])).get(roomId);
  if (people) tellSome(ctx, roomId, hostsOf(people), { type: 'stage-withdrawn', userId });
  return true;
}

/** The events follow only if they were on the stage, which the first statement finds out. The second drops a request. */
export function leavingStage(ctx: RoomDatabase, { roomId, userId, by }: Leaving): Plan {
  const left = stageEvent(roomId, { type: 'stage-left', userId, ...(by ? { by } : {}) });
  return {
    statements: [
      ctx.db.delete(roomSpeakers).where(isSpeaker(roomId, userId)),
      dropRequestsOf(ctx, roomId, [userId]),
      ...recordTurns(ctx, roomId),
    ],
    events: [left, standingChanged(roomId, userId), { kind: 'voice-changed', roomId, userId }],
  };
}

/** After a change of who may be in the room: everyone else leaves its stage. */
export async function judgeStage(ctx: Context, room: Pick<UserRoomRow, 'id' | 'isPrivate' | 'hiddenAt'>) {
  const { id: roomId } = room;
  const speakers = (await readPeople(ctx, [roomId])).get(roomId)?.speakers.map(({ id }) => id) ?? [];
  if (speakers.length === 0) return;
  const { relations } = await findPeople(ctx, { roomId, kind: 'user' }, speakers, []);
  const door = { kind: 'user', status: 'live', visibility: visibilityOf(room) } as const;
  for (const userId of speakers)
    if (judgeAdmission(door, relations.get(userId)) !== null) await leaveStage(ctx, { roomId, userId });
}

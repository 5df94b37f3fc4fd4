/** Takes someone off the stage of a user's room, and withdraws their raised hand or invitation. */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { EventOf } from '@/contracts/jobs';
import type { OutboxEvent } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { stageEvent, standingChanged } from './events';
import { dropRequestsOf } from './requests';
import { roomSpeakers } from './tables';
import { recordTurns } from './turns';

interface Leaving {
  readonly roomId: string;
  readonly userId: string;
  /** Who took them off the stage; missing if they left. */
  readonly by?: string;
}

/** Safe to repeat: someone who is not on the stage leaves no event. */
export async function applyDeparture(ctx: Context, { roomId, userId, by }: EventOf<'user-room-left'>): Promise<void> {
  const { statements, events } = leavingStage(ctx, { roomId, userId, ...(by ? { by } : {}) });
  await commit(ctx, statements, { events });
}

/** The events follow only if they were on the stage, which the first statement finds out. */
export function leavingStage(
  ctx: Pick<Context, 'db' | 'now'>,
  { roomId, userId, by }: Leaving,
): { readonly statements: Statement[]; readonly events: OutboxEvent[] } {
  const left = stageEvent(roomId, { type: 'stage-left', userId, ...(by ? { by } : {}) });
  return {
    statements: [
      ctx.db.delete(roomSpeakers).where(and(eq(roomSpeakers.roomId, roomId), eq(roomSpeakers.userId, userId))),
      dropRequestsOf(ctx, roomId, [userId]),
      ...recordTurns(ctx, roomId),
    ],
    events: [left, standingChanged(roomId, userId), { kind: 'voice-changed', roomId, userId }],
  };
}

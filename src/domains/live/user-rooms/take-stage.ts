/** Brings someone on the stage, once both sides agree. The rules hold at that moment, in one batch. */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, requireThat } from '@/db/commit';
import { literal } from '@/db/sql';
import { isActiveUser, isBlockBetween } from '@/domains/base/visibility/people';
import { roomBans } from '@/domains/live/rooms/tables';
import { stageEvent, standingChanged } from './events';
import { isOpenUserRoom } from './is-open';
import type { Card } from './people';
import { dropRequest, type RequestKind } from './requests';
import { roomSpeakers, stageRequests, userRooms } from './tables';
import { recordTurns } from './turns';

/** Beside the host. */
export const SPEAKERS_MAX = 20;

/**
 * @param consent the first consent, which must still stand; the call is the second one
 * @returns false if something of it changed meanwhile
 */
export function takeStage(ctx: Context, roomId: string, user: Card, consent: RequestKind): Promise<boolean> {
  const userId = user.id;
  const row = { roomId, userId, since: ctx.now() };
  return commitIfMet(
    ctx,
    [
      requireThat(ctx, mayTakeStage(roomId, userId, consent)),
      ctx.db.insert(roomSpeakers).values(row).onConflictDoNothing(),
      dropRequest(ctx, roomId, userId, consent),
      ...recordTurns(ctx, roomId),
    ],
    {
      events: [
        stageEvent(roomId, { type: 'stage-accepted', user: { ...user } }),
        standingChanged(roomId, userId),
        { kind: 'voice-changed', roomId, userId },
      ],
    },
  );
}

function mayTakeStage(roomId: string, userId: string, consent: RequestKind): SQL {
  return sql`${isWelcome(roomId, userId)}
    AND EXISTS (SELECT 1 FROM ${stageRequests} WHERE room_id = ${roomId} AND user_id = ${userId} AND kind = ${consent})
    AND ${speakerCount(roomId)} < ${literal(SPEAKERS_MAX)}`;
}

/** The room is open, and the user is active, neither banned nor separated from its host by a block. */
export function isWelcome(roomId: string, userId: string | SQL): SQL {
  return sql`${isActiveUser(userId)}
    AND ${isOpenUserRoom(roomId, sql`NOT ${isBlockBetween(userRooms.hostId, userId)}`)}
    AND NOT EXISTS (SELECT 1 FROM ${roomBans} WHERE room_id = ${roomId} AND user_id = ${userId})`;
}

export function speakerCount(roomId: string): SQL {
  return sql`(SELECT count(*) FROM ${roomSpeakers} WHERE room_id = ${roomId})`;
}

export function isSpeaker(roomId: string, userId: string) {
  return and(eq(roomSpeakers.roomId, roomId), eq(roomSpeakers.userId, userId));
}

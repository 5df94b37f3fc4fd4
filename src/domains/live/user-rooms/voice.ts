/** Makes LiveKit follow the stage. Acts on the stage hold without it, and it catches up when it answers again. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { EventOf } from '@/contracts/jobs';
import { roomSpeakers, userRooms } from './tables';

const TRIES_MAX = 5;

/**
 * Safe to repeat: it applies what is true now. Two deliveries may overtake each other on their way to LiveKit, so each
 * looks again after its call, and repeats it if the stage changed. Throws MEDIA_UNAVAILABLE.
 */
export async function applyVoice(ctx: Context, { roomId, userId }: EventOf<'voice-changed'>): Promise<void> {
  let place = await findPlace(ctx, roomId, userId);
  for (let tries = 1; place; tries += 1) {
    await ctx.media.setVoice(roomId, userId, place.onStage === 1);
    if (place.muted === 1) await ctx.media.muteVoice(roomId, userId);
    const now = await findPlace(ctx, roomId, userId);
    if (now?.onStage === place.onStage && now.muted === place.muted) return;
    if (tries === TRIES_MAX) throw new Error('The stage changed during each call to LiveKit');
    place = now;
  }
}

/** Undefined for a closed room, whose voice is deleted as a whole. */
function findPlace(ctx: Context, roomId: string, userId: string) {
  return ctx.db.get<{ readonly onStage: number; readonly muted: number } | undefined>(sql`
    SELECT host_id = ${userId} OR speaker.user_id IS NOT NULL AS onStage, coalesce(speaker.muted, 0) AS muted
    FROM ${userRooms}
      LEFT JOIN ${roomSpeakers} speaker ON speaker.room_id = user_rooms.id AND speaker.user_id = ${userId}
    WHERE id = ${roomId} AND status = 'open'`);
}

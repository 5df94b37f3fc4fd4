/** Makes LiveKit follow the stage. Acts on the stage hold without it, and it catches up when it answers again. */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { EventOf } from '@/contracts/jobs';
import { roomSpeakers, userRooms } from './tables';

/** Safe to repeat: it applies what is true now. Throws MEDIA_UNAVAILABLE. */
export async function applyVoice(
  ctx: Context,
  { roomId, userId, mute = false }: EventOf<'voice-changed'>,
): Promise<void> {
  const row = await ctx.db.get<{ isHost: number; muted: number | null } | undefined>(sql`
    SELECT host_id = ${userId} AS isHost,
      (SELECT muted FROM ${roomSpeakers} WHERE room_id = user_rooms.id AND user_id = ${userId}) AS muted
    FROM ${userRooms} WHERE id = ${roomId} AND status = 'open'`);
  if (!row) return; // the voice of a closed room is deleted as a whole
  await ctx.media.setVoice(roomId, userId, row.isHost === 1 || row.muted !== null);
  if (mute && row.muted === 1) await ctx.media.muteVoice(roomId, userId);
}

/** The videos after the one that runs. The room keeps them; the host sets all of them at once, in their order. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { RoomUser } from '@/contracts/room';
import type { Video } from '@/contracts/screening';
import { refusalOf } from '@/domains/live/rooms/refusal';
import type { ScreeningQueue } from './schemas';
import { readVideos } from './videos';

/** Throws VIDEO_URL_INVALID, SUBTITLES_URL_INVALID. */
export function readQueue(ctx: Context, queue: z.output<typeof ScreeningQueue>): Promise<Video[]> {
  return readVideos(ctx, queue);
}

/**
 * Idempotent: the same queue again tells nobody. Throws ROOM_CLOSED, TOO_FAST.
 * @param host of the room, who has been admitted
 */
export async function setQueue(ctx: Context, host: RoomUser, roomId: string, queue: readonly Video[]): Promise<void> {
  const answer = await ctx.rooms(roomId).screen(host, { type: 'queue', queue });
  if (!answer.ok) throw refusalOf(answer);
}

/**
 * Runs after a creator changes the regions they block: their open rooms remove viewers from there and void their
 * passes. Viewers who only watch the video stay, since their region is unknown.
 */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { planForEach } from '@/db/outbox';
import { denyVideo, removal } from '@/domains/live/channels/video-denials';
import { blockedRegions } from '@/domains/people/social/tables';
import { listOpenRooms, type OpenRoom } from './open-rooms';

interface Chosen {
  /** When (ms) they were read. */
  readonly at: number;
  readonly regions: readonly string[];
}

/**
 * Safe to repeat: it reads the current regions, and a room keeps the newest reading. It only concerns rooms that are
 * open now; later ones check the regions at the door.
 */
export async function applyRegions(ctx: Context, eventId: string, creatorId: string): Promise<void> {
  const at = ctx.now();
  const rows = await ctx.db
    .select({ region: blockedRegions.region })
    .from(blockedRegions)
    .where(eq(blockedRegions.creatorId, creatorId))
    .orderBy(blockedRegions.region);
  const regions = rows.map(({ region }) => region);
  for (const room of await listOpenRooms(ctx, creatorId)) {
    // The video comes first: once viewers have left the room, it can no longer list them.
    if (room.status === 'live') await planRemovals(ctx, eventId, room, { at, regions });
    await ctx.rooms(room.roomId).apply(eventId, { type: 'blocked-regions', at, regions });
  }
}

/** One statement for any number. The outbox sweep removes some at once, and then a page per minute. */
async function planRemovals(ctx: Context, eventId: string, room: OpenRoom, { at, regions }: Chosen): Promise<void> {
  const identities = await ctx.rooms(room.roomId).viewersFrom(regions);
  if (identities.length === 0) return;
  const forEach = { ...removal(ctx, room.videoRoom, ''), at };
  const removals = planForEach(ctx, eventId, forEach, 'identity', identities);
  const denials = denyVideo(ctx, room.videoRoom, identities);
  const begin = { type: 'sweep', name: 'sweepOutbox', until: at } as const;
  await commit(ctx, [removals, denials], { events: [{ kind: 'task', task: begin }] });
}

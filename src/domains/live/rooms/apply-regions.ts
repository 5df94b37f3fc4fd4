/**
 * After a creator has changed where they are not shown, their open rooms remove viewers from there and void their passes.
 * Viewers who watch the video without the room stay, since nobody knows where they are.
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
 * Safe to repeat: it reads what holds now, and a room keeps the newest reading. It concerns the rooms that are open now;
 * later ones apply the choice at the door.
 */
export async function applyRegions(ctx: Context, eventId: string, creatorId: string): Promise<void> {
  const at = ctx.now();
  const rows = await ctx.db
    .select({ region: blockedRegions.region })
    .from(blockedRegions)
    .where(eq(blockedRegions.creatorId, creatorId))
    .orderBy(blockedRegions.region);
  const regions = rows.map(({ region }) => region);
  for (const room of await listOpenRooms(ctx, [creatorId])) {
    // The video first, as a plan: viewers who have left the room are no longer found there.
    if (room.status === 'live') await planRemovals(ctx, eventId, room, { at, regions });
    await ctx.rooms(room.roomId).apply(eventId, { type: 'blocked-regions', at, regions });
  }
}

/** One statement for any number: the sweep removes some at once, and a page at a time from the next minute on. */
async function planRemovals(ctx: Context, eventId: string, room: OpenRoom, { at, regions }: Chosen): Promise<void> {
  const identities = await ctx.rooms(room.roomId).viewersFrom(regions);
  if (identities.length === 0) return;
  const forEach = { ...removal(ctx, room.videoRoom, ''), at };
  const removals = planForEach(ctx, eventId, forEach, 'identity', identities);
  const denials = denyVideo(ctx, room.videoRoom, identities);
  const begin = { type: 'sweep', name: 'sweepOutbox', until: at } as const;
  await commit(ctx, [removals, denials], { events: [{ kind: 'task', task: begin }] });
}

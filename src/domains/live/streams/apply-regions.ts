/**
 * A creator has chosen anew where they are not shown: their open rooms put out whoever is in from there, and let nobody
 * back in with a pass from before. Of who watches without the room nobody knows from where.
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
 * Safe to repeat: what is read is what holds now, and a room keeps what was read last. The rooms are those that are
 * open by now: whoever comes into a later one meets the choice at the door.
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
    // First from the video, or rather the plan of it: who is out of the room is not found there again.
    if (room.status === 'live') await planRemovals(ctx, eventId, room, { at, regions });
    await ctx.rooms(room.roomId).apply(eventId, { type: 'blocked-regions', at, regions });
  }
}

/** One statement, however many there are: the sweep removes some of them at once, and a page at a time from the next minute on. */
async function planRemovals(ctx: Context, eventId: string, room: OpenRoom, { at, regions }: Chosen): Promise<void> {
  const identities = await ctx.rooms(room.roomId).viewersFrom(regions);
  if (identities.length === 0) return;
  const forEach = { ...removal(ctx, room.videoRoom, ''), at };
  const removals = planForEach(ctx, eventId, forEach, 'identity', identities);
  const denials = denyVideo(ctx, room.videoRoom, identities);
  const begin = { type: 'sweep', name: 'sweepOutbox', until: at } as const;
  await commit(ctx, [removals, denials], { events: [{ kind: 'task', task: begin }] });
}

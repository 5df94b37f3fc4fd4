/**
 * A creator has chosen anew where they are not shown: the room puts out whoever is in from there, and lets nobody back
 * in with a pass from before. Of who watches without the room nobody knows from where.
 */
import type { Context } from '@/context';
import { commit } from '@/db/commit';
import { readBlockedRegions } from '@/domains/social/regions';
import type { OutboxEvent } from '@/queues/messages';

/** Each is a row of the outbox. */
const REMOVED_AT_ONCE = 100;

type RegionsChanged = Extract<OutboxEvent, { kind: 'regions-changed' }>;

/** Safe to repeat: what is read is what holds now, and the room keeps what was read last. */
export async function applyRegions(ctx: Context, eventId: string, event: RegionsChanged): Promise<void> {
  const { roomId, channelId, creatorId, isLive } = event;
  const at = ctx.now();
  const regions = await readBlockedRegions(ctx, creatorId);
  // First from the video: who is out of the room is not found there again.
  const identities = isLive ? await ctx.rooms(roomId).viewersFrom(regions) : [];
  for (let start = 0; start < identities.length; start += REMOVED_AT_ONCE) {
    const group = identities.slice(start, start + REMOVED_AT_ONCE);
    const events = group.map((identity) => ({ kind: 'remove-participant', roomId: channelId, identity, at }) as const);
    await commit(ctx, [], { events });
  }
  await ctx.rooms(roomId).apply(eventId, { type: 'blocked-regions', at, regions });
}

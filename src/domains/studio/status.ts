/** Whether a creator's channel is on, and who watches. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/context';
import { ownChannelState } from '@/domains/streams/channel-state';
import { streamLive } from '@/domains/streams/tables';
import { presentStatus } from './present';

export async function readStatus(ctx: Context, creatorId: string) {
  const state = await ownChannelState(ctx, creatorId);
  const counted =
    state.live &&
    (await ctx.db
      .select({ viewers: streamLive.viewerCount })
      .from(streamLive)
      .where(eq(streamLive.streamId, state.live.id))
      .get());
  return presentStatus(state, counted?.viewers ?? 0);
}

/**
 * Whether a creator's channel is live, and its viewers. Uses the room's own count, since D1's may be ten seconds old.
 */
import type { Context } from '@/contracts/context';
import { ownChannelState } from '@/domains/live/streams/channel-state';
import { readEncoderStatus } from './encoder-status';
import { presentStatus } from './present';

export async function readStatus(ctx: Context, creatorId: string) {
  const state = await ownChannelState(ctx, creatorId);
  const [viewerCount, encoder] = await Promise.all([
    state.live ? ctx.rooms(state.live.id).viewerCount() : 0,
    readEncoderStatus(ctx, state),
  ]);
  return presentStatus(state, { viewerCount: viewerCount ?? 0, encoder });
}

/**
 * Runs after every end of a show: moves the ingress to the channel's next room, then closes the old room. In the other
 * order the encoder would be back in the old room at once.
 */
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { alignIngress } from '@/domains/live/channels/ingress';
import { currentRoomOf, findChannelState } from './channel-state';

/** Safe to repeat, even much later: a room that is in use is never closed. Throws MEDIA_UNAVAILABLE. */
export async function closeVideo(
  ctx: Context,
  { channelId, room }: Pick<Extract<OutboxEvent, { kind: 'close-video' }>, 'channelId' | 'room'>,
): Promise<void> {
  await alignIngress(ctx, channelId);
  const state = await findChannelState(ctx, { channelId });
  if (state && currentRoomOf(state) === room) return;
  await ctx.media.deleteRoom(room);
}

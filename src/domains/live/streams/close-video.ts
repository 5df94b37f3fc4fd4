/**
 * What follows every end of a show, however and by whomever it ended: the ingress moves to the channel's next room,
 * and only then the old room is closed. The other way round the encoder would be back in it before anybody looks.
 */
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { alignIngress } from '@/domains/live/channels/ingress';
import { currentRoomOf, findChannelState } from './channel-state';

/** Safe to repeat, also long after: a room that is in use is never closed. Throws MEDIA_UNAVAILABLE. */
export async function closeVideo(
  ctx: Context,
  { channelId, room }: Pick<Extract<OutboxEvent, { kind: 'close-video' }>, 'channelId' | 'room'>,
): Promise<void> {
  await alignIngress(ctx, channelId);
  const state = await findChannelState(ctx, { channelId });
  if (state && currentRoomOf(state) === room) return;
  await ctx.media.deleteRoom(room);
}

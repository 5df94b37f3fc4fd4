/** A creator's own token for the channel's video: to check how it looks, or to publish from a browser. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { watchingIdentity } from '@/domains/live/channels/media-identity';
import { currentRoomOf, ownChannelState } from '@/domains/live/streams/channel-state';

export async function issueCreatorToken(ctx: Context, creatorId: string, purpose: 'watch' | 'publish' = 'watch') {
  const [state, creator] = await Promise.all([
    ownChannelState(ctx, creatorId),
    ctx.db.select({ name: users.displayName }).from(users).where(eq(users.id, creatorId)).get(),
  ]);
  const participant = { room: currentRoomOf(state), name: creator?.name ?? '' };
  const token =
    purpose === 'publish'
      ? await ctx.media.publisherToken({ ...participant, identity: creatorId }, ctx.now())
      : await ctx.media.viewerToken({ ...participant, identity: watchingIdentity(creatorId) }, ctx.now());
  return { purpose, ...token };
}

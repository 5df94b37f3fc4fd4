/** A creator's own way into the video of the channel: to see how it looks, or to publish from a browser. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/context';
import { ensureChannel } from '@/domains/channels/ensure';
import { watchingIdentity } from '@/domains/streams/media-identity';
import { users } from '@/domains/users/tables';

export async function issueCreatorToken(ctx: Context, creatorId: string, purpose: 'watch' | 'publish' = 'watch') {
  const channel = await ensureChannel(ctx, creatorId);
  const creator = await ctx.db.select({ name: users.displayName }).from(users).where(eq(users.id, creatorId)).get();
  const participant = { room: channel.id, name: creator?.name ?? '' };
  const token =
    purpose === 'publish'
      ? await ctx.media.publisherToken({ ...participant, identity: creatorId }, ctx.now())
      : await ctx.media.viewerToken({ ...participant, identity: watchingIdentity(creatorId) }, ctx.now());
  return { purpose, ...token };
}

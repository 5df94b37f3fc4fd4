/**
 * The end of an account: deletes the user's moderator and ban rows, and every text of their channel. The channel's row
 * stays, since past streams and their gifts refer to it.
 */
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Plan } from '@/db/commit';
import { channelBans, channels, moderators } from './tables';

export async function forgetChannel(ctx: Context, userId: string): Promise<Plan> {
  const channel = await ctx.db
    .select({ ingressId: channels.ingressId })
    .from(channels)
    .where(eq(channels.creatorId, userId))
    .get();
  const own = sql`(SELECT id FROM channels WHERE creator_id = ${userId})`;
  const blank = {
    title: '',
    description: '',
    category: null,
    thumbnail: null,
    ingressId: null,
    ingressType: null,
    ingressUrl: null,
    streamKey: null,
    ingressLostAt: null,
    blockedWords: [],
    heldWords: [],
    updatedAt: ctx.now(),
  };
  return {
    statements: [
      ctx.db.delete(moderators).where(eq(moderators.userId, userId)),
      ctx.db.delete(moderators).where(sql`${moderators.channelId} IN ${own}`),
      ctx.db.delete(channelBans).where(eq(channelBans.userId, userId)),
      ctx.db.delete(channelBans).where(sql`${channelBans.channelId} IN ${own}`),
      ctx.db.update(channels).set(blank).where(eq(channels.creatorId, userId)),
    ],
    events: channel?.ingressId ? [{ kind: 'delete-ingress', ingressId: channel.ingressId }] : [],
  };
}

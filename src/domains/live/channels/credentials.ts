/** A creator's encoder credentials. Only the owner sees the key, and the database stores it encrypted. */
import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { decrypt } from '@/shared/crypto';
import { channelError } from './errors';
import { channels } from './tables';

/** Throws INGRESS_NOT_FOUND. */
export async function getCredentials(ctx: Context, creatorId: string) {
  const channel = await ctx.db.select().from(channels).where(eq(channels.creatorId, creatorId)).get();
  if (!channel?.ingressId || !channel.ingressType || !channel.ingressUrl || !channel.streamKey)
    throw channelError('INGRESS_NOT_FOUND');
  return {
    ingressId: channel.ingressId,
    ingressType: channel.ingressType,
    quality: channel.quality,
    lost: channel.ingressLostAt !== null,
    serverUrl: channel.ingressUrl,
    streamKey: await decrypt(ctx.config.keys, channel.id, channel.streamKey),
    userId: creatorId,
  };
}

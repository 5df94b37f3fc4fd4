/**
 * A channel's stream key: at most one, made at the media provider and kept here. The row is claimed before the
 * provider is asked, so of two at once one asks; and a key is forgotten here only once the provider has deleted it, so
 * none is ever good without its owner seeing it.
 */
import { eq } from 'drizzle-orm';
import type { Context } from '@/context';
import { commit, demandChange } from '@/db/commit';
import { ensureChannel } from '@/domains/channels/ensure';
import { channels } from '@/domains/channels/tables';
import { claimIngress, forgetIngress, keepIngress, releaseIngress } from '@/domains/channels/write';
import { RACES_TO_READ_AGAIN, untilUnchanged } from '@/domains/streams/change-stream';
import { findChannelState } from '@/domains/streams/channel-state';
import { streamError } from '@/domains/streams/errors';
import { losePicture } from '@/domains/streams/media-events';
import { users } from '@/domains/users/tables';
import type { Ingress, IngressType } from '@/providers/media';
import { encrypt } from '@/shared/crypto';
import { MINUTE_MS } from '@/shared/time';

/** Far longer than the provider is waited for: whoever claimed it is gone. */
const CLAIM_MS = MINUTE_MS;

/** Throws INGRESS_EXISTS, MEDIA_UNAVAILABLE. */
export async function createIngress(ctx: Context, creatorId: string, type: IngressType) {
  const { id: channelId } = await ensureChannel(ctx, creatorId);
  const claimedAt = await claim(ctx, channelId);
  const made = await makeIngress(ctx, { channelId, creatorId, type }).catch(async (error) => {
    await commit(ctx, [releaseIngress(ctx, channelId, claimedAt)]);
    throw error;
  });
  try {
    await store(ctx, { channelId, claimedAt, type, made });
  } catch (error) {
    await discard(ctx, channelId, made.ingressId);
    throw error;
  }
  ctx.log.event('ingress.created', { channelId, ingressId: made.ingressId, type });
  return { ...made, ingressType: type, userId: creatorId };
}

/** A stream that it feeds loses its picture and ends after the grace. Throws INGRESS_NOT_FOUND, MEDIA_UNAVAILABLE. */
export async function deleteIngress(ctx: Context, creatorId: string): Promise<void> {
  const channel = await ctx.db.select().from(channels).where(eq(channels.creatorId, creatorId)).get();
  const ingressId = channel?.ingressId;
  if (!channel || !ingressId) throw streamError('INGRESS_NOT_FOUND');
  await ctx.media.deleteIngress(ingressId);
  await untilUnchanged(async () => {
    const live = (await findChannelState(ctx, { channelId: channel.id }))?.live;
    const isFed = live?.ingressId === ingressId && live.ingressLostAt === null;
    const lost = live && isFed ? losePicture(ctx, live) : { statements: [], events: [] };
    await commit(ctx, [forgetIngress(ctx, channel.id, ingressId), ...lost.statements], {
      events: lost.events,
      refusals: RACES_TO_READ_AGAIN,
    });
  });
  ctx.log.event('ingress.deleted', { channelId: channel.id, ingressId });
}

/** Throws INGRESS_EXISTS, also while somebody else is at it. */
async function claim(ctx: Context, channelId: string): Promise<number> {
  const claimedAt = ctx.now();
  if (!(await claimIngress(ctx, channelId, claimedAt, claimedAt - CLAIM_MS))) throw streamError('INGRESS_EXISTS');
  return claimedAt;
}

async function makeIngress(
  ctx: Context,
  { channelId, creatorId, type }: { channelId: string; creatorId: string; type: IngressType },
): Promise<Ingress> {
  const creator = await ctx.db.select({ name: users.displayName }).from(users).where(eq(users.id, creatorId)).get();
  return ctx.media.createIngress(type, { room: channelId, identity: creatorId, name: creator?.name ?? '' });
}

/** Throws INGRESS_EXISTS if the claim was taken over. */
async function store(
  ctx: Context,
  ingress: { channelId: string; claimedAt: number; type: IngressType; made: Ingress },
): Promise<void> {
  const { channelId, claimedAt, type, made } = ingress;
  const row = {
    ingressId: made.ingressId,
    ingressType: type,
    ingressUrl: made.serverUrl,
    streamKey: await encrypt(ctx.config.keys, channelId, made.streamKey),
  };
  await commit(ctx, [keepIngress(ctx, channelId, claimedAt, row), demandChange(ctx)], {
    refusals: { DEMAND_NOT_MET: () => streamError('INGRESS_EXISTS') },
  });
}

/** Undoes what could not be stored, or what only seemed so. Each step is tried whatever became of the other. */
async function discard(ctx: Context, channelId: string, ingressId: string): Promise<void> {
  const undone = await Promise.allSettled([
    commit(ctx, [forgetIngress(ctx, channelId, ingressId)]),
    ctx.media.deleteIngress(ingressId),
  ]);
  for (const step of undone) if (step.status === 'rejected') ctx.log.fault(`ingress ${ingressId}`, step.reason);
}

/**
 * A channel's stream key: at most one, created at the media provider and stored here. The row is claimed before the
 * provider is asked, so of two concurrent calls only one asks. A key is deleted here only after the provider has
 * deleted it, so its owner sees every key that works.
 */

import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Ingress, IngressType, Quality } from '@/contracts/media';
import { commit, NOTHING, requireChange } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { ensureChannel } from '@/domains/live/channels/ensure';
import { channelError } from '@/domains/live/channels/errors';
import { ingressForm, markIngressesLost } from '@/domains/live/channels/ingress';
import { type ChannelRow, channels } from '@/domains/live/channels/tables';
import { claimIngress, forgetIngress, keepIngress, releaseIngress } from '@/domains/live/channels/write';
import { RACES_TO_READ_AGAIN, untilUnchanged } from '@/domains/live/streams/change-stream';
import { currentRoomOf, findChannelState } from '@/domains/live/streams/channel-state';
import { losePicture } from '@/domains/live/streams/media-events';
import { encrypt } from '@/shared/crypto';
import { MINUTE_MS } from '@/shared/time';
import { studioError } from './errors';

/** Far longer than the provider's timeout, so an older claim has been abandoned. */
const CLAIM_MS = MINUTE_MS;

interface Input {
  readonly type: IngressType;
  /** Defaults to the channel's own. */
  readonly quality?: Quality | undefined;
}

/** Replaces a key that LiveKit has lost. Throws INGRESS_EXISTS, MEDIA_UNAVAILABLE. */
export async function createIngress(ctx: Context, creatorId: string, { type, quality }: Input) {
  const channel = await ensureChannel(ctx, creatorId);
  // No encoder of the last show can be using a new key, so it is not refused.
  const wanted = { ...channel, ingressType: type, quality: quality ?? channel.quality, encoderRefusedUntil: null };
  const claimedAt = await claim(ctx, channel);
  const made = await makeIngress(ctx, wanted).catch(async (error) => {
    await commit(ctx, [releaseIngress(ctx, channel.id, claimedAt)]);
    throw error;
  });
  try {
    await store(ctx, wanted, { claimedAt, made });
  } catch (error) {
    await discard(ctx, channel.id, made.ingressId);
    throw error;
  }
  ctx.log.event('ingress.created', { channelId: channel.id, ingressId: made.ingressId, type });
  return { ...made, ingressType: type, quality: wanted.quality, lost: false, userId: creatorId };
}

/** A stream that it feeds loses its picture and ends after the grace. Throws INGRESS_NOT_FOUND, MEDIA_UNAVAILABLE. */
export async function deleteIngress(ctx: Context, creatorId: string): Promise<void> {
  const channel = await ctx.db.select().from(channels).where(eq(channels.creatorId, creatorId)).get();
  const ingressId = channel?.ingressId;
  if (!channel || !ingressId) throw channelError('INGRESS_NOT_FOUND');
  await ctx.media.deleteIngress(ingressId);
  await untilUnchanged(async () => {
    const live = (await findChannelState(ctx, { channelId: channel.id }))?.live;
    const isFed = live?.ingressId === ingressId && live.ingressLostAt === null;
    const lost = live && isFed ? losePicture(ctx, channel, live) : NOTHING;
    await commit(ctx, [forgetIngress(ctx, channel.id, ingressId), ...lost.statements], {
      events: lost.events,
      refusals: RACES_TO_READ_AGAIN,
    });
  });
  ctx.log.event('ingress.deleted', { channelId: channel.id, ingressId });
}

/** Throws INGRESS_EXISTS, also while another call is creating a key. */
async function claim(ctx: Context, { id, ingressId }: ChannelRow): Promise<number> {
  if (ingressId !== null && !(await hasLost(ctx, ingressId))) throw studioError('INGRESS_EXISTS');
  const claimedAt = ctx.now();
  const claiming = { claimedAt, abandonedBefore: claimedAt - CLAIM_MS, replaced: ingressId };
  if (!(await claimIngress(ctx, id, claiming))) throw studioError('INGRESS_EXISTS');
  return claimedAt;
}

/** Asks LiveKit now, since a key that the sweep marked as lost may be there after all. */
async function hasLost(ctx: Context, ingressId: string): Promise<boolean> {
  if (await ctx.media.findIngress(ingressId)) return false;
  await markIngressesLost(ctx, [ingressId]);
  return true;
}

async function makeIngress(ctx: Context, channel: ChannelRow): Promise<Ingress> {
  const [state, creator] = await Promise.all([
    findChannelState(ctx, { channelId: channel.id }),
    ctx.db.select({ name: users.displayName }).from(users).where(eq(users.id, channel.creatorId)).get(),
  ]);
  const room = currentRoomOf(state ?? { channel, live: undefined });
  return ctx.media.createIngress(ingressForm(ctx, channel, { room, name: creator?.name ?? '' }));
}

/** Throws INGRESS_EXISTS if another call took over the claim. */
async function store(
  ctx: Context,
  { id, ingressType, quality }: ChannelRow,
  { claimedAt, made }: { claimedAt: number; made: Ingress },
): Promise<void> {
  const row = {
    ingressId: made.ingressId,
    ingressType,
    quality,
    ingressUrl: made.serverUrl,
    streamKey: await encrypt(ctx.config.keys, id, made.streamKey),
  };
  await commit(ctx, [keepIngress(ctx, id, claimedAt, row), requireChange(ctx)], {
    refusals: { DEMAND_NOT_MET: () => studioError('INGRESS_EXISTS') },
  });
}

/** Undoes a key that was not stored, or may not have been. Runs both steps even if one fails. */
async function discard(ctx: Context, channelId: string, ingressId: string): Promise<void> {
  const undone = await Promise.allSettled([
    commit(ctx, [forgetIngress(ctx, channelId, ingressId)]),
    ctx.media.deleteIngress(ingressId),
  ]);
  for (const step of undone) if (step.status === 'rejected') ctx.log.fault(`ingress ${ingressId}`, step.reason);
}

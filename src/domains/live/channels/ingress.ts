/**
 * Keeps a channel's ingress at LiveKit as the channel's row says: its room, its form, and whether the encoder is
 * allowed. A change of the row requests this afterwards, and so does the sweep where they differ. Safe to repeat.
 */

import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { IngressForm, IngressSeen } from '@/contracts/media';
import { users } from '@/domains/base/users/tables';
import { mediaError } from '@/providers/media-errors';
import { encoderIdentity } from './media-identity';
import { type ChannelRow, channels } from './tables';
import { isEncoderRefused, liveRoom, videoRoomOf } from './video-room';

/** A changed ingress is read again, since two concurrent changes may have overwritten each other. */
const TRIES_MAX = 3;

/** @param room the live stream's, or else the next one's */
export function ingressForm(
  ctx: Pick<Context, 'now'>,
  channel: Pick<ChannelRow, 'creatorId' | 'ingressType' | 'quality' | 'encoderRefusedUntil'>,
  { room, name }: { room: string; name: string },
): IngressForm {
  return {
    type: channel.ingressType ?? 'RTMP',
    room,
    identity: encoderIdentity(channel.creatorId),
    name,
    quality: channel.quality,
    enabled: !isEncoderRefused(ctx, channel),
  };
}

/** Room and permission are changed at once, which ends the encoder's session; other changes wait until it is idle. */
export function isAligned(
  seen: IngressSeen,
  form: Pick<IngressForm, 'room' | 'identity' | 'name' | 'quality' | 'enabled'>,
) {
  if (seen.room !== form.room || seen.enabled !== form.enabled) return false;
  const isRunning = seen.status === 'connecting' || seen.status === 'publishing';
  const isSame = seen.identity === form.identity && seen.name === form.name && seen.quality === form.quality;
  return isRunning || isSame;
}

/** Does nothing for a channel without a key. Marks a key that LiveKit no longer has. Throws MEDIA_UNAVAILABLE. */
export async function alignIngress(ctx: Context, channelId: string): Promise<void> {
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const row = await ctx.db
      .select({ channel: channels, liveRoom, name: users.displayName })
      .from(channels)
      .innerJoin(users, eq(users.id, channels.creatorId))
      .where(eq(channels.id, channelId))
      .get();
    const ingressId = row?.channel.ingressId;
    if (!row || !ingressId) return;
    const form = ingressForm(ctx, row.channel, { room: row.liveRoom ?? videoRoomOf(row.channel), name: row.name });
    const seen = await ctx.media.findIngress(ingressId);
    if (!seen) return markIngressesLost(ctx, [ingressId]);
    if (isAligned(seen, form)) return;
    await ctx.media.updateIngress(ingressId, form);
  }
  throw mediaError('MEDIA_UNAVAILABLE');
}

/** Marks ingresses that LiveKit does not have. Their keys no longer work, and may be replaced. */
export async function markIngressesLost(ctx: Context, ingressIds: readonly string[]): Promise<void> {
  const lost = sql`${channels.ingressId} IN (SELECT value FROM json_each(${JSON.stringify(ingressIds)}))`;
  await ctx.db
    .update(channels)
    .set({ ingressLostAt: ctx.now() })
    .where(and(lost, isNull(channels.ingressLostAt)));
  ctx.log.event('ingress.lost', { count: ingressIds.length });
}

/** Unmarks ingresses that LiveKit has after all: an earlier list was incomplete. */
export async function markIngressesFound(ctx: Context, ingressIds: readonly string[]): Promise<void> {
  const found = sql`${channels.ingressId} IN (SELECT value FROM json_each(${JSON.stringify(ingressIds)}))`;
  await ctx.db.update(channels).set({ ingressLostAt: null }).where(found);
}

/**
 * A channel's ingress at LiveKit is what the channel says: its room, its form, and whether an encoder is let in. What
 * changes the channel's row asks for this afterwards, and the sweep asks for it where they differ, so it may be repeated.
 */

import { and, eq, isNull, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { IngressForm, IngressSeen } from '@/contracts/media';
import { users } from '@/domains/base/users/tables';
import { mediaError } from '@/providers/media-errors';
import { encoderIdentity } from './media-identity';
import type { ChannelRow } from './tables';
import { channels } from './tables';
import { isEncoderRefused, liveRoom, videoRoomOf } from './video-room';

/** An ingress that was changed is read again: two at once may have written over each other. */
const TRIES_MAX = 3;

/** @param room of the stream that is live, if one is; else of the next */
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

/** Where it publishes and whether it may are set at once, which ends its session; a new form waits until it is idle. */
export function isAligned(seen: IngressSeen, form: Pick<IngressForm, 'room' | 'identity' | 'quality' | 'enabled'>) {
  if (seen.room !== form.room || seen.enabled !== form.enabled) return false;
  const isRunning = seen.status === 'connecting' || seen.status === 'publishing';
  return isRunning || (seen.identity === form.identity && seen.quality === form.quality);
}

/** Does nothing for a channel without a key, and marks a key that LiveKit no longer knows. Throws MEDIA_UNAVAILABLE. */
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

/** LiveKit does not know them: their keys are good for nothing, and may be replaced. */
export async function markIngressesLost(ctx: Context, ingressIds: readonly string[]): Promise<void> {
  const lost = sql`${channels.ingressId} IN (SELECT value FROM json_each(${JSON.stringify(ingressIds)}))`;
  await ctx.db
    .update(channels)
    .set({ ingressLostAt: ctx.now() })
    .where(and(lost, isNull(channels.ingressLostAt)));
  ctx.log.event('ingress.lost', { count: ingressIds.length });
}

/** LiveKit knows them after all: it answered from a copy that was not whole. */
export async function markIngressesFound(ctx: Context, ingressIds: readonly string[]): Promise<void> {
  const found = sql`${channels.ingressId} IN (SELECT value FROM json_each(${JSON.stringify(ingressIds)}))`;
  await ctx.db.update(channels).set({ ingressLostAt: null }).where(found);
}

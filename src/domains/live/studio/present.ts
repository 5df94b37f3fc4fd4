/** How a channel is presented to its creator. */

import type { z } from '@hono/zod-openapi';
import type { ChannelRow } from '@/domains/live/channels/tables';
import type { ChannelState } from '@/domains/live/streams/channel-state';
import type { StreamRow } from '@/domains/live/streams/tables';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { EncoderStatus } from './encoder-status';
import type { Channel, ChatPolicy, Status } from './schemas';

export function presentPolicy(channel: ChannelRow): z.input<typeof ChatPolicy> {
  return {
    isChatEnabled: channel.chatEnabled,
    isChatDelayed: channel.chatDelaySeconds > 0,
    isChatFollowersOnly: channel.chatFollowersOnly,
    isChatSubscribersOnly: channel.chatSubscribersOnly,
    chatDelaySeconds: channel.chatDelaySeconds,
    slowModeSeconds: channel.slowModeSeconds,
    minFollowMinutes: channel.minFollowMinutes,
    minAccountHours: channel.minAccountHours,
    links: channel.links,
    emotesOnly: channel.emotesOnly,
    holdFirstMessages: channel.holdFirstMessages,
    blockedWords: [...channel.blockedWords, ...channel.heldWords.map((text) => ({ text, action: 'hold' as const }))],
  };
}

export function presentChannel({ channel, live, prepared }: ChannelState): z.input<typeof Channel> {
  return {
    id: channel.id,
    title: channel.title,
    description: channel.description,
    category: channel.category,
    thumbnail: channel.thumbnail,
    isLive: isOnAir({ live }),
    quality: channel.quality,
    ...presentPolicy(channel),
    currentStreamId: live?.id ?? prepared?.id ?? null,
    userId: channel.creatorId,
    createdAt: toIso(channel.createdAt),
    updatedAt: toIso(channel.updatedAt),
  };
}

export function presentStatus(
  { channel, live, prepared }: ChannelState,
  { viewerCount, encoder }: { viewerCount: number; encoder: EncoderStatus },
): z.input<typeof Status> {
  return {
    isLive: isOnAir({ live }),
    reconnecting: live !== undefined && !isOnAir({ live }),
    viewerCount,
    title: live?.title ?? channel.title,
    thumbnail: live ? live.thumbnailUrl : channel.thumbnail,
    isChatEnabled: channel.chatEnabled,
    isChatDelayed: channel.chatDelaySeconds > 0,
    isChatFollowersOnly: channel.chatFollowersOnly,
    currentStreamId: live?.id ?? prepared?.id ?? null,
    startedAt: toIsoOrNull(live?.startedAt ?? null),
    next: prepared ? presentNext(prepared) : null,
    quality: channel.quality,
    ...encoder,
  };
}

function presentNext({ id, title, visibility, scheduledFor }: StreamRow) {
  return { streamId: id, title, visibility, scheduledFor: toIsoOrNull(scheduledFor) };
}

/** A stream that waits for its encoder is still live in its room, but has no picture, so it is not on air. */
function isOnAir({ live }: Pick<ChannelState, 'live'>): boolean {
  return live !== undefined && live.ingressLostAt === null;
}

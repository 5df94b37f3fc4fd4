/** A channel's rules for writing in its rooms, and the part of them that viewers see. */
import type { PublicPolicy, RoomPolicy } from '@/contracts/room-command';
import type { ChannelRow } from '@/domains/live/channels/tables';

export function roomPolicy(channel: ChannelRow): RoomPolicy {
  return {
    chatEnabled: channel.chatEnabled,
    chatDelaySeconds: channel.chatDelaySeconds,
    followersOnly: channel.chatFollowersOnly,
    subscribersOnly: channel.chatSubscribersOnly,
    slowModeSeconds: channel.slowModeSeconds,
    blockedWords: channel.blockedWords,
    heldWords: channel.heldWords,
    minFollowMinutes: channel.minFollowMinutes,
    minAccountHours: channel.minAccountHours,
    links: channel.links,
    emotesOnly: channel.emotesOnly,
    holdFirstMessages: channel.holdFirstMessages,
  };
}

/** The settings that anyone may see, by the names that they have everywhere on the wire. */
export function publicPolicy(policy: RoomPolicy): PublicPolicy {
  return {
    isChatEnabled: policy.chatEnabled,
    isChatDelayed: policy.chatDelaySeconds > 0,
    chatDelaySeconds: policy.chatDelaySeconds,
    isChatFollowersOnly: policy.followersOnly,
    isChatSubscribersOnly: policy.subscribersOnly,
    slowModeSeconds: policy.slowModeSeconds,
    minFollowMinutes: policy.minFollowMinutes ?? 0,
    minAccountHours: policy.minAccountHours ?? 0,
    links: policy.links ?? 'allow',
    emotesOnly: policy.emotesOnly ?? false,
    holdFirstMessages: policy.holdFirstMessages ?? false,
  };
}

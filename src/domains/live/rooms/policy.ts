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
  };
}

export function publicPolicy({ blockedWords: _kept, ...policy }: RoomPolicy): PublicPolicy {
  return policy;
}

/**
 * What a room knows of its stream. It is computed from the rows as a batch will leave them, and `change-stream.ts` lets
 * that batch through only if nobody changed them since they were read: so two changes at once never tell a room a
 * mixture, and `at` (the row's `updatedAt`, which every change raises) puts what they tell in order.
 */

import type { OutboxEvent } from '@/contracts/messages';
import type { PublicPolicy, RoomPolicy, RoomSetup } from '@/contracts/room';
import type { ChannelRow } from '@/domains/live/channels/tables';
import type { StreamRow } from './tables';

export function roomSetup(stream: StreamRow, channel: ChannelRow): RoomSetup {
  return {
    roomId: stream.id,
    creatorId: stream.creatorId,
    status: stream.status,
    title: stream.title,
    visibility: stream.visibility,
    policy: roomPolicy(channel),
    startedAt: stream.startedAt,
    endedAt: stream.endedAt,
  };
}

/** @param changes what viewers should hear of beside status, title and policy: description, category, thumbnail */
export function setupEvent(stream: StreamRow, channel: ChannelRow, changes?: Record<string, unknown>): OutboxEvent {
  return {
    kind: 'room',
    roomId: stream.id,
    command: {
      type: 'setup',
      at: stream.updatedAt,
      setup: roomSetup(stream, channel),
      ...(changes ? { changes } : {}),
    },
  };
}

function roomPolicy(channel: ChannelRow): RoomPolicy {
  return { ...toldPolicy(channel), blockedWords: channel.blockedWords };
}

export function toldPolicy(channel: ChannelRow): PublicPolicy {
  return {
    chatEnabled: channel.chatEnabled,
    chatDelaySeconds: channel.chatDelaySeconds,
    followersOnly: channel.chatFollowersOnly,
    subscribersOnly: channel.chatSubscribersOnly,
    slowModeSeconds: channel.slowModeSeconds,
  };
}

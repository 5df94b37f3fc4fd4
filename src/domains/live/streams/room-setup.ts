/**
 * What a room knows of its stream, computed from the rows as a batch will write them. `change-stream.ts` commits the
 * batch only if nobody changed them meanwhile, so a room never gets a mixture of two changes. `at` is the row's
 * `updatedAt`, which every change raises, so it orders them.
 */
import type { OutboxEvent } from '@/contracts/messages';
import type { RoomSetup } from '@/contracts/room-command';
import { effectiveVisibility } from '@/domains/base/visibility/streams';
import type { ChannelRow } from '@/domains/live/channels/tables';
import { roomPolicy } from '@/domains/live/rooms/policy';
import type { StreamRow } from './tables';

export function roomSetup(stream: StreamRow, channel: ChannelRow): RoomSetup {
  return {
    roomId: stream.id,
    creatorId: stream.creatorId,
    status: stream.status,
    title: stream.title,
    visibility: effectiveVisibility(stream),
    policy: roomPolicy(channel),
    startedAt: stream.startedAt,
    endedAt: stream.endedAt,
  };
}

/** What viewers are told beside the setup, which contains title and visibility. Undefined: nothing. */
export function announcedChanges(details: Partial<StreamRow>): Record<string, unknown> | undefined {
  const { description, category, thumbnailUrl } = details;
  const given = Object.entries({ description, category, thumbnailUrl }).filter(([, value]) => value !== undefined);
  return given.length > 0 ? Object.fromEntries(given) : undefined;
}

/** @param changes sent to viewers beside status, title and policy */
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

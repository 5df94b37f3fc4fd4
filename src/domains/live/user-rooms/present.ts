/** Presents a user's room. It shows the same to everyone who may see it. */
import type { z } from '@hono/zod-openapi';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { RoomPeople } from './people';
import type { Room } from './schemas';
import type { UserRoomRow } from './tables';

export type PresentedRoom = z.input<typeof Room>;

/** @param viewerCount everyone in the room but the host */
export function presentRoom(room: UserRoomRow, people: RoomPeople, viewerCount: number): PresentedRoom {
  const { id, title, topic, language, isPrivate, maxMembers, stageLocked, control, waitForAll, status } = room;
  const speakers = people.speakers.map(({ since: _, ...speaker }) => speaker);
  return {
    id,
    title,
    topic,
    language,
    isPrivate,
    maxMembers,
    creator: people.creator,
    host: people.host,
    coHosts: [...people.coHosts],
    speakers,
    listenerCount: status === 'open' ? Math.max(0, viewerCount - speakers.length) : 0,
    stageLocked,
    control,
    waitForAll,
    status,
    closeReason: room.closeReason,
    createdAt: toIso(room.createdAt),
    closedAt: toIsoOrNull(room.closedAt),
    ...(room.hiddenAt === null ? {} : { hidden: true as const }),
  };
}

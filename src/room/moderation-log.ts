/** Writes the room's moderation log, and shows new entries to the moderators who are in the room. */
import type { ModerationAct, ModerationEntry } from '@/contracts/moderation-log';
import type { EventBody } from '@/contracts/room-events/events';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { Broadcaster } from './broadcaster';
import type { Presence } from './presence';
import type { RoomStore } from './store';

const PAGE_MAX = 100;

export interface LogParts {
  readonly store: RoomStore;
  readonly broadcaster: Broadcaster;
  readonly presence: () => Presence;
  readonly now: () => number;
}

/** Call it in the turn of the act, so that both are stored together or not at all. */
export function logModeration({ store, broadcaster, presence, now }: LogParts, act: ModerationAct): void {
  const { id, at, until, ...entry } = store.moderation.add(now(), act);
  const event: EventBody<'moderation-logged'> = {
    type: 'moderation-logged',
    entry: { ...entry, id: String(id), at: toIso(at), until: toIsoOrNull(until) },
  };
  for (const socket of [...presence().moderatorSockets()]) broadcaster.tell(socket, event);
}

/** Newest first. @param before an entry's id, or null for the newest page */
export function readModerationLog(
  { moderation }: RoomStore,
  before: number | null,
  limit: number,
): { entries: ModerationEntry[]; nextBefore: number | null } {
  const size = Math.min(Math.max(1, limit), PAGE_MAX);
  const rows = moderation.before(before ?? Number.MAX_SAFE_INTEGER, size + 1);
  const entries = rows.slice(0, size);
  return { entries, nextBefore: rows.length > size ? (entries.at(-1)?.id ?? null) : null };
}

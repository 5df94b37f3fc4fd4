/** What the players of the viewers can do. Each socket says it of one screening, so a new one begins with everyone ready. */
import type { PlayerState, ScreeningViewers } from '@/contracts/screening';
import type { Presence } from './presence';

/** The users who say so on at least one socket. Guests do not count. */
export function usersWho(presence: Presence, screeningId: string, state: PlayerState): ReadonlySet<string> {
  const users = new Set<string>();
  for (const socket of presence.sockets()) {
    const { viewer, watch } = presence.seatOf(socket) ?? {};
    if (viewer?.kind === 'user' && watch?.screeningId === screeningId && watch.state === state) users.add(viewer.id);
  }
  return users;
}

/** Everyone in the room watches, and is ready unless they say otherwise. */
export function listAudience(presence: Presence, screeningId: string): ScreeningViewers {
  const buffering = usersWho(presence, screeningId, 'buffering');
  const failed = usersWho(presence, screeningId, 'failed');
  const stateOf = (id: string): PlayerState => (buffering.has(id) ? 'buffering' : failed.has(id) ? 'failed' : 'ready');
  const { users, guests, total } = presence.list();
  return { users: users.map(({ id }) => ({ id, state: stateOf(id) })), guests, total };
}

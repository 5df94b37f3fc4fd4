/**
 * Who may enter a stream's room, and who may read what is in it: pure rules, asked by every way in (pass, media
 * token, chat over HTTP, history). Where a creator is not shown, `getStream` has refused before.
 */

import type { StreamStatus } from '@/contracts/room';
import { isMember } from '@/domains/base/visibility/members';
import type { RoomRelation } from './relation';
import type { Visibility } from './tables';

type Person = Pick<RoomRelation, 'user' | 'denied'>;

export interface Door {
  readonly status: StreamStatus;
  readonly visibility: Visibility;
}

export type AdmissionRefusal =
  | 'STREAM_NOT_FOUND'
  | 'BANNED'
  | 'FOLLOWERS_ONLY'
  | 'SUBSCRIBERS_ONLY'
  | 'STREAM_ENDED'
  | 'STREAM_CANCELLED';

/** @param person nothing for a guest. Answers the refusal, or null: come in. */
export function judgeAdmission(door: Door, person: Person | undefined): AdmissionRefusal | null {
  const refusal = mayStay(door, person);
  if (refusal) return refusal;
  switch (door.status) {
    case 'scheduled': // the waiting room
    case 'live':
      return null;
    case 'ended':
      return 'STREAM_ENDED';
    case 'cancelled':
      return 'STREAM_CANCELLED';
  }
}

/**
 * The rule for being in a room, at the door and whenever something changes; chat and viewers of a stream that is over
 * may be read by it too. Answers the refusal, or null.
 * @param person nothing for a guest
 */
export function mayStay({ visibility }: Pick<Door, 'visibility'>, person: Person | undefined): AdmissionRefusal | null {
  if (person?.denied === 'gone') return 'STREAM_NOT_FOUND';
  return person?.user.standing.oversees ? null : mayStayAsViewer({ visibility }, person);
}

/** Whether only the right to oversee rooms lets this person in: such an entry is logged. */
export function staysAsStaff(door: Pick<Door, 'visibility'>, person: Person | undefined): boolean {
  return mayStay(door, person) === null && mayStayAsViewer(door, person) !== null;
}

function mayStayAsViewer(
  { visibility }: Pick<Door, 'visibility'>,
  person: Person | undefined,
): AdmissionRefusal | null {
  const who = person?.user.standing;
  switch (person?.denied) {
    case 'blocked':
    case 'gone':
      return 'STREAM_NOT_FOUND';
    case 'banned':
      return 'BANNED';
  }
  if (who?.creator) return null;
  switch (visibility) {
    case 'public':
      return null;
    case 'followers':
      return who && (isMember(who) || who.moderator) ? null : 'FOLLOWERS_ONLY';
    case 'subscribers':
      return who?.subscriber || who?.moderator ? null : 'SUBSCRIBERS_ONLY';
    case 'private':
      return 'STREAM_NOT_FOUND';
  }
}

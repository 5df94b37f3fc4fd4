/**
 * Pure rules for who may enter a room and read its content, by every way in: pass, video token, chat over HTTP,
 * history. `getDoor` has already refused readers who may not see the host.
 */
import type { RoomStatus, Visibility } from '@/contracts/room-command';
import { isMember } from '@/domains/base/visibility/members';
import type { RoomRelation } from './relation';

type Person = Pick<RoomRelation, 'user' | 'denied'>;

/** What decides who may stay in a room, by its kind. */
export type DoorRule = StreamRule | SupportRule;

interface StreamRule {
  /** Missing: a stream, as in setups of rooms. */
  readonly kind?: 'stream';
  readonly visibility: Visibility;
}

/** Open to the user whose chat it is (`creator`) and to the staff who may answer them (`moderator`). */
interface SupportRule {
  readonly kind: 'support';
  readonly visibility?: undefined;
}

/** The facts that decide who may enter a stream's room. */
export interface Door extends StreamRule {
  /** The user whose room it is. */
  readonly hostId: string;
  readonly status: RoomStatus;
}

export type AdmissionRefusal =
  | 'STREAM_NOT_FOUND'
  | 'BANNED'
  | 'FOLLOWERS_ONLY'
  | 'SUBSCRIBERS_ONLY'
  | 'STREAM_ENDED'
  | 'STREAM_CANCELLED';

/** Returns the refusal, or null if the person may enter. @param person undefined for a guest */
export function judgeAdmission(
  door: Pick<Door, 'status' | 'visibility'>,
  person: Person | undefined,
): AdmissionRefusal | null {
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
 * The rule for staying in a room, at the door and after every change. It also decides who may read the chat and the
 * viewers of a closed room. Returns the refusal, or null.
 * @param person undefined for a guest
 */
export function mayStay(door: DoorRule, person: Person | undefined): AdmissionRefusal | null {
  if (person?.denied === 'gone') return 'STREAM_NOT_FOUND';
  const standing = person?.user.standing;
  if (door.kind === 'support') return standing?.creator || standing?.moderator ? null : 'STREAM_NOT_FOUND';
  return standing?.oversees ? null : mayStayAsViewer(door, person);
}

/** True if only the right to oversee rooms lets this person in. Such an entry is logged. */
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

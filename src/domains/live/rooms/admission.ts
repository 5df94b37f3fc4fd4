/**
 * Pure rules for who may enter a room and read its content, by every way in: pass, video token, chat over HTTP,
 * history. `getDoor` has already refused readers who may not see the host.
 */
import type { RoomPolicy, RoomStatus, Visibility } from '@/contracts/room-command';
import { isMember } from '@/domains/base/visibility/members';
import type { RoomRelation } from './relation';

type Person = Pick<RoomRelation, 'user' | 'denied'>;

/** What decides who may stay in a room, by its kind. */
export type DoorRule = ViewerRule | SupportRule;

/**
 * A user's room is open to signed-in users. If it is private, only to its host, its co-hosts and the members it lets in.
 */
interface ViewerRule {
  /** Missing: a stream, as in setups of rooms. */
  readonly kind?: 'stream' | 'user';
  readonly visibility: Visibility;
}

/** Open to the user whose chat it is (`creator`) and to the staff who may answer them (`moderator`). */
interface SupportRule {
  readonly kind: 'support';
  readonly visibility?: undefined;
}

/** The facts that decide who may enter the room of a stream or a user. */
export interface Door extends ViewerRule {
  /** The user whose room it is. */
  readonly hostId: string;
  readonly status: RoomStatus;
}

/** A door, and what is needed behind it. */
export interface FoundDoor extends Door {
  readonly roomId: string;
  /** The user who opened the room. A host may have taken it over since. */
  readonly openedById: string;
  /** Bans, moderators and the chat policy belong to this channel. Null for a user's room, which has its own. */
  readonly channelId: string | null;
  readonly policy: RoomPolicy;
  readonly category: string | null;
  /** The video room of the live show, or else of the next one. */
  readonly videoRoom: string;
  /** The room's last report. */
  readonly viewerCount: number;
  /** Whether everyone who may enter may also see who is watching. */
  readonly showsViewers: boolean;
  /** Whether readers in some countries may not see the room. */
  readonly hidesSomewhere: boolean;
}

export type AdmissionRefusal =
  | 'STREAM_NOT_FOUND'
  | 'BANNED'
  | 'FOLLOWERS_ONLY'
  | 'SUBSCRIBERS_ONLY'
  | 'USERS_ONLY'
  | 'STREAM_ENDED'
  | 'STREAM_CANCELLED'
  | 'ROOM_CLOSED';

/** Returns the refusal, or null if the person may enter. @param person undefined for a guest */
export function judgeAdmission(
  door: Pick<Door, 'kind' | 'status' | 'visibility'>,
  person: Person | undefined,
): AdmissionRefusal | null {
  const refusal = mayStay(door, person);
  if (refusal) return refusal;
  switch (door.status) {
    case 'scheduled': // the waiting room
    case 'live':
      return null;
    case 'ended':
      return door.kind === 'user' ? 'ROOM_CLOSED' : 'STREAM_ENDED';
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
export function staysAsStaff(door: Pick<Door, 'kind' | 'visibility'>, person: Person | undefined): boolean {
  return mayStay(door, person) === null && mayStayAsViewer(door, person) !== null;
}

function mayStayAsViewer(
  { kind, visibility }: Pick<Door, 'kind' | 'visibility'>,
  person: Person | undefined,
): AdmissionRefusal | null {
  const who = person?.user.standing;
  if (kind === 'user' && !who) return visibility === 'public' ? 'USERS_ONLY' : 'STREAM_NOT_FOUND';
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
      return kind === 'user' && who?.roomMember ? null : 'STREAM_NOT_FOUND';
  }
}

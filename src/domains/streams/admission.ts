/**
 * Who may enter a stream's room, and who may read what is in it: pure rules, asked by every way in (pass, media
 * token, chat over HTTP, history). Where a creator is not shown, `getStream` has refused before.
 */
import { isMember } from '@/domains/visibility/members';
import type { Standing, StreamStatus } from '@/room/api';
import type { RoomStanding } from './standing';
import type { Visibility } from './tables';

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

/** @param standing nothing for a guest. Answers the refusal, or null: come in. */
export function judgeAdmission(door: Door, standing: RoomStanding | undefined): AdmissionRefusal | null {
  const refusal = judgeReading(door, standing);
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

/** The same without the stream's status: chat and viewers of a stream that is over may be read on. */
export function judgeReading({ visibility }: Door, standing: RoomStanding | undefined): AdmissionRefusal | null {
  const who = standing?.user.standing;
  switch (standing?.shutOut) {
    case 'blocked':
    case 'gone':
      return 'STREAM_NOT_FOUND';
    case 'banned':
      return 'BANNED';
  }
  if (who && seesEverything(who)) return null;
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

function seesEverything({ creator, rank }: Standing): boolean {
  return creator || rank !== null;
}

/** Who runs a room: its creator or host, their moderators, and staff who moderate. */
import type { Context } from '@/contracts/context';
import type { RoomUser } from '@/contracts/room';
import type { Actor } from '@/shared/actor';
import type { FoundDoor } from './admission';
import { roomError } from './errors';
import { moderatingParty } from './moderation';
import { type ModerationRight, moderationRight } from './moderation-rules';

export interface InCharge {
  readonly door: FoundDoor;
  readonly user: RoomUser;
  /** The capacity in which they act. */
  readonly right: ModerationRight;
}

/** Also of a room that is over. Throws STREAM_NOT_FOUND, NOT_MODERATOR. */
export async function requireInCharge(ctx: Context, actor: Actor, roomId: string): Promise<InCharge> {
  const { door, party, user } = await moderatingParty(ctx, actor, roomId);
  const right = moderationRight(party, 'kick');
  if (!right || !user) throw roomError('NOT_MODERATOR');
  return { door, user, right };
}

/** Throws STREAM_ENDED, STREAM_CANCELLED, ROOM_CLOSED. */
export function requireOpen({ kind, status }: FoundDoor): void {
  if (status === 'ended') throw roomError(kind === 'user' ? 'ROOM_CLOSED' : 'STREAM_ENDED');
  if (status === 'cancelled') throw roomError('STREAM_CANCELLED');
}

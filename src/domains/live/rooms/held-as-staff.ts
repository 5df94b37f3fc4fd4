/**
 * Staff who decide on messages that wait: within their reach, and it is logged, whether they do it over HTTP or the socket,
 * or delete such a message.
 */
import type { HeldAction } from '@/contracts/chat-rules';
import type { HeldAnswer, Room } from '@/contracts/room';
import { type Committing, commit } from '@/db/commit';
import { type Logging, logStaff } from '@/domains/base/permissions/log';
import { staffReaches } from '@/domains/base/permissions/reach';
import type { Actor } from '@/shared/actor';
import { mayDecideAsStaff } from './held-rules';
import { findStaff } from './relation';

interface StaffDecision {
  readonly room: Pick<Room, 'heldAuthor' | 'resolveHeld'>;
  readonly roomId: string;
  readonly messageId: string;
  readonly action: HeldAction;
}

/** For staff who decide over the socket, where nobody has looked at their permissions. */
export async function decideInRoom(
  ctx: Committing & Logging,
  staffId: string,
  decision: StaffDecision,
): Promise<HeldAnswer | 'MESSAGE_NOT_FOUND' | 'OUT_OF_YOUR_REACH'> {
  const staff = await findStaff(ctx, staffId);
  if (!mayDecideAsStaff(staff)) return 'OUT_OF_YOUR_REACH';
  return decideAsStaff(ctx, { userId: staffId, staff }, decision);
}

/** Logs the decision once, however often it is repeated. */
export async function decideAsStaff(
  ctx: Committing & Logging,
  { userId: staffId, staff }: Pick<Actor, 'userId' | 'staff'>,
  { room, roomId, messageId, action }: StaffDecision,
): Promise<HeldAnswer | 'MESSAGE_NOT_FOUND' | 'OUT_OF_YOUR_REACH'> {
  const subjectId = await room.heldAuthor(messageId);
  if (subjectId === null) return 'MESSAGE_NOT_FOUND';
  if (!(await staffReaches(ctx, { userId: staffId, staff }, subjectId))) return 'OUT_OF_YOUR_REACH';
  const answer = await room.resolveHeld(messageId, action, staffId);
  if (!answer.ok || answer.by !== staffId) return answer;
  const log = logStaff(ctx, {
    id: messageId, // one decision a message
    ...{ staffId, action: `held-message.${action}`, targetType: 'chat-message', targetId: messageId, subjectId },
    after: { streamId: roomId },
  });
  await commit(ctx, [log]);
  return answer;
}

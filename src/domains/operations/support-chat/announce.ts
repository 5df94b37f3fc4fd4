/**
 * Announces a message: its room sends it to everyone there, and the other side is notified if nobody of it is there and
 * the message still waits. Notifications count what waits, and go once it is read or answered.
 */

import { eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { EventOf } from '@/contracts/jobs';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit } from '@/db/commit';
import { staffEvent } from '@/domains/base/notifications/notify-staff';
import { supportMessages, supportThreads } from './tables';

/** The user's notification counts the answers that they have not read. */
export function notificationGroup(threadId: string): string {
  return `support-chat:${threadId}`;
}

export async function announceMessage(
  ctx: Context,
  eventId: string,
  { messageId }: EventOf<'support-message'>,
): Promise<void> {
  const row = await ctx.db
    .select({
      threadId: supportMessages.threadId,
      fromStaff: supportMessages.fromStaff,
      readAt: supportMessages.readAt,
      userId: supportThreads.userId,
      waitingId: supportThreads.waitingId,
    })
    .from(supportMessages)
    .innerJoin(supportThreads, eq(supportThreads.id, supportMessages.threadId))
    .where(eq(supportMessages.id, messageId))
    .get();
  if (!row) return; // deleted with its user
  const room = ctx.rooms(row.threadId);
  await room.apply(eventId, { type: 'support-news' });
  if (row.readAt !== null) return;
  const { users: present } = await room.viewers();
  const isThere = present.some(({ id }) => (id === row.userId) === row.fromStaff);
  if (isThere) return;
  const events = row.fromStaff
    ? [toUser(row, messageId)]
    : row.waitingId === messageId
      ? [staffEvent('chat', { id: messageId, subjectId: row.userId })]
      : [];
  await commit(ctx, [], { events });
}

interface Thread {
  readonly threadId: string;
  readonly userId: string;
}

function toUser({ threadId, userId }: Thread, messageId: string): OutboxEvent {
  const gather = { group: notificationGroup(threadId), actorId: messageId };
  return noticeTo(userId, 'support-message', { threadId }, { gather });
}

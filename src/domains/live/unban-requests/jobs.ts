/** Requests go to the host and the moderators: as a notification, and at once where they are in an open room. */
import { and, desc, eq, ne, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Jobs } from '@/contracts/jobs';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit } from '@/db/commit';
import { withdrawGroup } from '@/domains/base/notifications/withdraw';
import { findCards } from '@/domains/base/users/find-cards';
import { listOpenStreams } from '@/domains/live/rooms/open-rooms';
import { moderatorsOf, requestGroup } from './moderators';
import { presentRequest } from './present';
import { type UnbanRequestRow, unbanRequests } from './tables';

export const unbanRequestJobs = {
  outbox: {
    'unban-asked': (ctx, { requestId }) => tellModerators(ctx, requestId),
    'ban-lifted': withdrawClosed,
  },
} satisfies Jobs;

/** Safe to repeat: each of them is notified once, since a group counts an actor once. */
async function tellModerators(ctx: Context, requestId: string): Promise<void> {
  const request = await ctx.db.select().from(unbanRequests).where(eq(unbanRequests.id, requestId)).get();
  if (request?.status !== 'open') return;
  const [people, cards] = await Promise.all([
    ctx.db.all<{ id: string; hostId: string }>(moderatorsOf(request.placeId)),
    findCards(ctx, [request.userId]),
  ]);
  const card = cards.get(request.userId);
  const [host] = people;
  if (!card || !host) return;
  const events = people.map(({ id }) => notificationOf(request, id));
  const [open] = await Promise.all([listOpenStreams(ctx, host.hostId), commit(ctx, [], { events })]);
  const roomIds = new Set([request.roomId, ...open.map(({ roomId }) => roomId)]);
  const event = { type: 'unban-request', request: presentRequest(request, card) } as const;
  const ids = people.map(({ id }) => id);
  await Promise.all([...roomIds].map((roomId) => ctx.rooms(roomId).tell(ids, event)));
}

/** Withdraws the notifications of the request that the end of the ban closed. Safe to repeat. */
async function withdrawClosed(
  ctx: Context,
  { placeId, userId }: { readonly placeId: string; readonly userId: string },
): Promise<void> {
  const closed = await ctx.db
    .select({ id: unbanRequests.id })
    .from(unbanRequests)
    .where(and(eq(unbanRequests.userId, userId), eq(unbanRequests.placeId, placeId), ne(unbanRequests.status, 'open')))
    .orderBy(desc(unbanRequests.id))
    .limit(1)
    .get();
  if (!closed) return;
  const asked = sql`SELECT id FROM (${moderatorsOf(placeId)})`;
  await commit(ctx, [withdrawGroup(ctx, asked, requestGroup(closed.id))]);
}

function notificationOf(
  { id: requestId, userId, roomId: streamId, text: excerpt }: UnbanRequestRow,
  moderatorId: string,
): OutboxEvent {
  const data = { userId, requestId, streamId, excerpt };
  return noticeTo(moderatorId, 'unban-request', data, {
    gather: { group: requestGroup(requestId), actorId: userId },
  });
}

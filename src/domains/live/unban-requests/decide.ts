/** What becomes of a request: accepted, which lifts the ban in the same batch, or refused. */
import { and, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit, NOTHING, requireChange } from '@/db/commit';
import { withdrawGroup } from '@/domains/base/notifications/withdraw';
import { findCards } from '@/domains/base/users/find-cards';
import { planUnban } from '@/domains/live/rooms/moderation';
import type { Actor } from '@/shared/actor';
import { unbanError } from './errors';
import { moderatorsOf, requestGroup, requireMayUnban } from './moderators';
import { presentRequest } from './present';
import { type UnbanRequestRow, unbanRequests } from './tables';

interface Decision {
  readonly accept: boolean;
  readonly answer?: string | undefined;
}

/**
 * Repeating a decision changes nothing. Throws STREAM_NOT_FOUND, NOT_MODERATOR, OUT_OF_YOUR_REACH,
 * UNBAN_REQUEST_NOT_FOUND, UNBAN_REQUEST_DECIDED.
 */
export async function decideRequest(
  ctx: Context,
  actor: Actor,
  { id: roomId, requestId }: { readonly id: string; readonly requestId: string },
  { accept, answer }: Decision,
) {
  const [{ door, party, placeId }, request] = await Promise.all([
    requireMayUnban(ctx, actor, roomId),
    ctx.db.select().from(unbanRequests).where(eq(unbanRequests.id, requestId)).get(),
  ]);
  if (request?.placeId !== placeId) throw unbanError('UNBAN_REQUEST_NOT_FOUND');
  const status = accept ? 'accepted' : 'refused';
  const decided: UnbanRequestRow = {
    ...request,
    ...{ status, answer: answer || null, decidedBy: actor.userId, decidedAt: ctx.now() },
  };
  if (request.status !== 'open' && request.status !== status) throw unbanError('UNBAN_REQUEST_DECIDED');
  const [cards, unban] = await Promise.all([
    findCards(ctx, [request.userId], actor),
    request.status === 'open' && accept ? planUnban(ctx, actor, { door, party }, request.userId) : NOTHING,
  ]);
  const card = cards.get(request.userId);
  if (!card) throw unbanError('UNBAN_REQUEST_NOT_FOUND');
  if (request.status === 'open') {
    const { answer, decidedBy, decidedAt } = decided;
    const decide = ctx.db
      .update(unbanRequests)
      .set({ status, answer, decidedBy, decidedAt })
      .where(and(eq(unbanRequests.id, requestId), sql`status = 'open'`));
    const asked = sql`SELECT id FROM (${moderatorsOf(placeId)})`;
    const withdrawal = withdrawGroup(ctx, asked, requestGroup(requestId));
    await commit(ctx, [decide, requireChange(ctx), ...unban.statements, withdrawal], {
      events: [...unban.events, tellDecision(decided, status)],
      refusals: { DEMAND_NOT_MET: () => unbanError('UNBAN_REQUEST_DECIDED') },
    });
  }
  return presentRequest(request.status === 'open' ? decided : request, card);
}

function tellDecision(
  { id: requestId, userId, roomId: streamId, answer }: UnbanRequestRow,
  outcome: 'accepted' | 'refused',
): OutboxEvent {
  const said = answer === null ? {} : { answer };
  return noticeTo(userId, 'unban-decided', { requestId, streamId, outcome, ...said });
}

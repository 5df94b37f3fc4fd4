/**
 * Merges a duplicate into another ticket of the same user. Nothing moves: the duplicate is closed, its replies are shown
 * with the other ticket's, and what is written to it goes there. A question that waited in the duplicate waits in the
 * other ticket.
 */
import type { z } from '@hono/zod-openapi';
import { eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { requireThat } from '@/db/commit';
import { withdrawWaiting } from '@/domains/base/notifications/notify-staff';
import { logStaff } from '@/domains/base/permissions/log';
import { requireStaff } from '@/domains/base/permissions/rank';
import type { Actor } from '@/shared/actor';
import { findHandler, getForStaff } from './access';
import { change } from './change';
import { ticketError } from './errors';
import { tellDesk, tellUser } from './notices';
import { showNumber } from './number';
import { commitAndRead, readTicket } from './read-ticket';
import type { Ticket } from './schemas';
import { moveTo } from './service-level';
import { tickets } from './tables';

/**
 * Answers the ticket that remains. Throws TICKET_NOT_FOUND, TICKET_OUT_OF_REACH, TICKET_MERGED, TICKETS_NOT_MERGEABLE,
 * TICKET_CHANGED.
 */
export async function mergeTicket(
  ctx: Context,
  actor: Actor,
  id: string,
  intoId: string,
): Promise<z.input<typeof Ticket>> {
  const [before, into] = await Promise.all([getForStaff(ctx, actor, id), getForStaff(ctx, actor, intoId)]);
  if (before.mergedInto === intoId) return readTicket(ctx, actor, intoId);
  if (before.mergedInto !== null || into.mergedInto !== null) throw ticketError('TICKET_MERGED');
  if (id === intoId || before.userId !== into.userId || into.status === 'closed')
    throw ticketError('TICKETS_NOT_MERGEABLE');
  const now = ctx.now();
  const after = { ...before, ...moveTo(before, 'closed', now), mergedInto: intoId };
  const reopens = before.status === 'open' && into.status !== 'open';
  const handlerId = reopens ? await findHandler(ctx, intoId, sql`SELECT ${into.assigneeId}`) : undefined;
  const opened = { ...into, ...moveTo(into, 'open', now), assigneeId: handlerId ?? null };
  const ticket = await commitAndRead(
    ctx,
    actor,
    intoId,
    [
      requireStaff(ctx, actor),
      requireThat(
        ctx,
        sql`EXISTS (SELECT 1 FROM ${tickets}
          WHERE id = ${intoId} AND merged_into IS NULL AND updated_at = ${into.updatedAt})`,
      ),
      ...change(ctx, before, after),
      ctx.db.update(tickets).set({ mergedInto: intoId }).where(eq(tickets.mergedInto, id)),
      ...(reopens ? change(ctx, into, opened) : []),
      logStaff(ctx, {
        staffId: actor.userId,
        action: 'ticket.merge',
        targetType: 'ticket',
        targetId: id,
        before: { status: before.status },
        after: { status: 'closed', mergedInto: intoId, ...(reopens ? { reopened: intoId } : {}) },
        subjectId: before.userId,
      }),
      ...withdrawWaiting(ctx, id),
    ],
    {
      events: [
        tellUser(before, { event: 'merged', subject: before.subject, into: showNumber(into.number) }),
        ...(reopens && opened.assigneeId !== actor.userId ? [tellDesk(opened, 'merged')] : []),
      ],
      refusals: { DEMAND_NOT_MET: () => ticketError('TICKET_CHANGED') },
    },
  );
  ctx.log.event('ticket.merged', { ticketId: id, intoId });
  return ticket;
}

/** Writes a change of a ticket: only the columns that differ, and only if nobody changed it since it was read. */
import { and, eq, isNull } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { requireChange } from '@/db/commit';
import { type TicketRow, tickets } from './tables';

/**
 * Aborts the batch if the ticket was changed or merged meanwhile. A rating and the end of an account do not count as
 * changes: nothing depends on them, and no other write puts back what they wrote.
 */
export function change(ctx: Context, before: TicketRow, after: TicketRow): Statement[] {
  const differing: Partial<TicketRow> = Object.fromEntries(
    Object.entries(after).filter(([name, value]) => value !== before[name as keyof TicketRow]),
  );
  // Two changes within one millisecond must still differ.
  const updatedAt = Math.max(ctx.now(), before.updatedAt + 1);
  const isAsRead = and(eq(tickets.id, before.id), eq(tickets.updatedAt, before.updatedAt), isNull(tickets.mergedInto));
  return [
    ctx.db
      .update(tickets)
      .set({ ...differing, updatedAt })
      .where(isAsRead),
    requireChange(ctx),
  ];
}

/**
 * Who may read and answer a ticket: its user, and staff who manage tickets. Helping is no sanction, so the rank of the
 * user does not matter, but a country admin helps inside their country, and nobody handles their own ticket. To everyone
 * else a ticket does not exist.
 */

import { and, eq, isNull, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { staffCan, staffCanActOn } from '@/domains/base/permissions/permissions';
import { isSeenBy } from '@/domains/base/permissions/reach';
import { type CardRow, cardColumns } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import type { Actor } from '@/shared/actor';
import { ticketError } from './errors';
import { type TicketRow, tickets } from './tables';

/** A user as tickets name them: whose ticket it is, or who wrote. */
export type Person = CardRow & { readonly country: string | null };

export type Side = 'user' | 'staff';

/** Undefined: the ticket does not exist for this reader. @param owner the ticket's user */
export function sideOf(actor: Actor, owner: Pick<Person, 'id' | 'country'>): Side | undefined {
  if (owner.id === actor.userId) return 'user';
  const { staff } = actor;
  if (!staff || !staffCan(staff, 'canManageTickets')) return undefined;
  return staffCanActOn(staff, { rank: null, country: owner.country }) ? 'staff' : undefined;
}

/** A condition for lists of `tickets`: those that this member of staff may see. */
export function withinReach(actor: Actor): SQL | undefined {
  const seen = isSeenBy(actor);
  return seen && sql`EXISTS (SELECT 1 FROM ${users} WHERE users.id = tickets.user_id AND ${seen})`;
}

/** The users with these ids. @param ids a SELECT of one column */
export function peopleQuery(ctx: Context, ids: SQL) {
  return ctx.db
    .select({ ...cardColumns, country: users.country })
    .from(users)
    .where(sql`${users.id} IN (${ids})`);
}

/** For a change by staff. Throws TICKET_NOT_FOUND, TICKET_OUT_OF_REACH. */
export async function getForStaff(ctx: Context, actor: Actor, id: string): Promise<TicketRow> {
  const [[ticket], [owner]] = await ctx.db.batch([
    ctx.db.select().from(tickets).where(eq(tickets.id, id)),
    peopleQuery(ctx, sql`SELECT user_id FROM ${tickets} WHERE id = ${id}`),
  ]);
  const side = owner && sideOf(actor, owner);
  if (!ticket || !side) throw ticketError('TICKET_NOT_FOUND');
  if (side === 'user') throw ticketError('TICKET_OUT_OF_REACH');
  return ticket;
}

/** A condition: nobody changed since what a change depends on. */
export function isAsRead({ id, status, priority, category, assigneeId, firstRespondedAt }: TicketRow): SQL | undefined {
  return and(
    eq(tickets.id, id),
    eq(tickets.status, status),
    eq(tickets.priority, priority),
    eq(tickets.category, category),
    sql`${tickets.assigneeId} IS ${assigneeId}`,
    sql`${tickets.firstRespondedAt} IS ${firstRespondedAt}`,
    isNull(tickets.mergedInto),
  );
}

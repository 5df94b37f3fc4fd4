/**
 * Who may read and answer a ticket: its user, and staff who manage tickets. Helping is no sanction, so the rank of the
 * user does not matter, but a country admin helps inside their country, and nobody handles their own ticket. To everyone
 * else a ticket does not exist.
 */
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { isRankEffective } from '@/domains/base/permissions/dormant';
import { staffCan, staffCanActOn } from '@/domains/base/permissions/permissions';
import { isSeenBy } from '@/domains/base/permissions/reach';
import { staff } from '@/domains/base/permissions/tables';
import { type CardRow, cardColumnsFor, type Reader } from '@/domains/base/users/present';
import { ownDisplayName, ownUsername } from '@/domains/base/users/stage';
import { users } from '@/domains/base/users/tables';
import type { Actor, Staff } from '@/shared/actor';
import { ticketError } from './errors';
import { type TicketRow, tickets } from './tables';

/** A user as tickets name them: whose ticket it is, or who wrote. */
export type Person = CardRow & {
  readonly country: string | null;
  /** The account's own names, for texts to this user. */
  readonly ownUsername: string;
  readonly ownDisplayName: string;
};

export type Side = 'user' | 'staff';

/** Undefined: the ticket does not exist for this reader. @param owner the ticket's user */
export function sideOf(
  actor: Pick<Actor, 'userId' | 'staff'>,
  owner: Pick<Person, 'id' | 'country'>,
): Side | undefined {
  if (owner.id === actor.userId) return 'user';
  const own = actor.staff;
  if (!own || !staffCan(own, 'canManageTickets')) return undefined;
  return staffCanActOn(own, { rank: null, country: owner.country }) ? 'staff' : undefined;
}

/** A condition for lists of `tickets`: those that this member of staff may see. */
export function withinReach(actor: Actor): SQL | undefined {
  const seen = isSeenBy(actor);
  return seen && sql`EXISTS (SELECT 1 FROM ${users} WHERE users.id = tickets.user_id AND ${seen})`;
}

/** The users with these ids. @param ids a SELECT of one column @param reader absent for lists of staff */
export function peopleQuery(ctx: Context, ids: SQL, reader?: Reader) {
  return ctx.db
    .select({ ...cardColumnsFor(reader), country: users.country, ownUsername, ownDisplayName })
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

/** Those of these users whose rank is in effect. @param ids a SELECT of one column */
export function membersQuery(ctx: Context, ids: SQL) {
  const { userId, rank, granted, denied, country } = staff;
  return ctx.db
    .select({ userId, staff: { rank, granted, denied, country } })
    .from(staff)
    .innerJoin(users, eq(users.id, staff.userId))
    .where(and(sql`${staff.userId} IN (${ids})`, eq(users.status, 'active'), isRankEffective()));
}

/** Whether this member of staff may answer this user's tickets. */
export function canHandle(
  member: { readonly userId: string; readonly staff: Staff },
  owner: Pick<Person, 'id' | 'country'>,
): boolean {
  return sideOf(member, owner) === 'staff';
}

/** Undefined: this user may not answer the ticket as staff. @param userId a SELECT of at most one id */
export async function findHandler(ctx: Context, ticketId: string, userId: SQL): Promise<string | undefined> {
  const [[member], [owner]] = await ctx.db.batch([
    membersQuery(ctx, userId),
    peopleQuery(ctx, sql`SELECT user_id FROM ${tickets} WHERE id = ${ticketId}`),
  ]);
  return member && owner && canHandle(member, owner) ? member.userId : undefined;
}

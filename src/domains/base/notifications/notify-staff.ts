/**
 * Notifies staff of what waits for them. Each person has one row for each matter, which counts the things; a thing that
 * no longer waits is withdrawn from it.
 */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { NewNotification, OutboxEvent } from '@/contracts/messages';
import { STAFF_MATTERS, type StaffMatter, type Waiting } from '@/contracts/staff-matters';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { listActiveStaff, STAFF_MAX } from '@/domains/base/permissions/active-staff';
import { staffCan, staffCanActOn } from '@/domains/base/permissions/permissions';
import { staff } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import type { Rank } from '@/shared/actor';

/** The event for the batch by which something waits for staff. Pair it with `withdrawWaiting`. */
export function staffEvent(matter: StaffMatter, waiting: Omit<Waiting, 'matter'>): OutboxEvent {
  return { kind: 'staff-needed', waiting: { matter, ...waiting } };
}

/** Notifies each of the staff by an event of their own. A repeat finds the thing counted already. */
export async function notifyStaff(ctx: Context, waiting: Waiting): Promise<void> {
  const { matter, id, subjectId, note, words } = waiting;
  const { kind, group, permission, idName, actsOnSubject } = STAFF_MATTERS[matter];
  const [people, subject] = await Promise.all([
    listActiveStaff(ctx),
    subjectId ? readSubject(ctx, subjectId) : undefined,
  ]);
  const notification: Omit<NewNotification, 'userId'> = {
    kind,
    data: { [idName]: id, matter, ...(note ? { note } : {}), ...(words ? { words } : {}) },
    gather: { group, actorId: id },
  };
  const target = subject && { country: subject.country, rank: actsOnSubject ? subject.rank : null };
  const events = people
    .filter((person) => person.userId !== subjectId && staffCan(person.staff, permission))
    .filter((person) => !target || staffCanActOn(person.staff, target))
    .map(({ userId }) => ({ kind: 'notify', notification: { ...notification, userId } }) as const);
  await commit(ctx, [], { events });
}

/** For the batch after which the thing no longer waits. @param id the thing's id, or a query for it */
export function withdrawWaiting(ctx: Pick<Context, 'db'>, id: string | SQL): Statement[] {
  const limit = sql`LIMIT ${literal(STAFF_MAX)}`;
  const rows = sql`SELECT notification_id FROM notification_actors WHERE actor_id = ${id}`;
  return [
    ctx.db.run(sql`UPDATE notifications SET actor_count = actor_count - 1
      WHERE id IN (${rows} AND state <> 'withdrawn' ORDER BY notification_id ${limit})`),
    // Deleted rather than marked: if the same thing waits again, that is news.
    ctx.db.run(sql`DELETE FROM notification_actors WHERE actor_id = ${id}
      AND notification_id IN (${rows} ORDER BY notification_id ${limit})`),
  ];
}

async function readSubject(
  ctx: Context,
  id: string,
): Promise<{ country: string | null; rank: Rank | null } | undefined> {
  return ctx.db
    .select({ country: users.country, rank: staff.rank })
    .from(users)
    .leftJoin(staff, eq(staff.userId, users.id))
    .where(eq(users.id, id))
    .get();
}

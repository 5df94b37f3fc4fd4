/** Notes of staff on a user, for other staff. A note is never edited. */
import type { z } from '@hono/zod-openapi';
import { desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { commit, requireThat } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { hasRank, requireStaff } from '@/domains/base/permissions/rank';
import { cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { staffError } from '@/domains/operations/staff/errors';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { toIso } from '@/shared/time';
import { banError } from './errors';
import { getReach, requireReach } from './reach';
import type { StaffNote } from './schemas';
import { staffNotes } from './tables';

const NOTES_SHOWN = 50;

/** Throws STAFF_USER_NOT_FOUND, STAFF_OUT_OF_REACH, STATUS_CHANGED. */
export async function addNote(
  ctx: Context,
  actor: Actor,
  userId: string,
  text: string,
): Promise<z.input<typeof StaffNote>> {
  const [target, author] = await Promise.all([
    getReach(ctx, userId),
    ctx.db.select(cardColumns).from(users).where(eq(users.id, actor.userId)).get(),
  ]);
  requireReach(actor, target);
  if (!author) throw staffError('STAFF_USER_NOT_FOUND');
  const note = { id: newId(), userId, staffId: actor.userId, text, createdAt: ctx.now() };
  await commit(
    ctx,
    [
      requireStaff(ctx, actor),
      requireThat(ctx, hasRank(userId, target.staff)),
      requireThat(ctx, sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${userId} AND status <> 'deleted')`),
      ctx.db.insert(staffNotes).values(note),
      logStaff(ctx, {
        staffId: actor.userId,
        action: 'user.note',
        targetType: 'user',
        targetId: userId,
        subjectId: userId,
        after: { noteId: note.id, text },
      }),
    ],
    { refusals: { DEMAND_NOT_MET: () => banError('STATUS_CHANGED') } },
  );
  return { id: note.id, author: presentCard(author), text, createdAt: toIso(note.createdAt) };
}

/** The newest notes, for a batch. */
export function notesQuery(ctx: Context, userId: string) {
  return ctx.db
    .select({
      ...cardColumns,
      noteId: sql<string>`${staffNotes.id}`.as('note_id'),
      text: staffNotes.text,
      notedAt: staffNotes.createdAt,
    })
    .from(staffNotes)
    .innerJoin(users, eq(users.id, staffNotes.staffId))
    .where(eq(staffNotes.userId, userId))
    .orderBy(desc(staffNotes.id))
    .limit(NOTES_SHOWN);
}

export function presentNote({ noteId, text, notedAt, ...author }: Awaited<ReturnType<typeof notesQuery>>[number]) {
  return { id: noteId, author: presentCard(author), text, createdAt: toIso(notedAt) };
}

/** For the end of an account. Repeat until it changes nothing. */
export function forgetNotes(ctx: Context, userId: string, limit: SQL): Statement {
  return ctx.db.run(sql`DELETE FROM staff_notes WHERE id IN (
    SELECT id FROM staff_notes WHERE user_id = ${userId} ${limit})`);
}

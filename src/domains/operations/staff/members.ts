/** Lists staff and changes their ranks. Every change is checked against both users' ranks at commit. */

import type { z } from '@hono/zod-openapi';
import { and, asc, eq, gt, ne } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit, requireThat } from '@/db/commit';
import { logStaff } from '@/domains/base/permissions/log';
import { judgeRanking, permissionsOf } from '@/domains/base/permissions/permissions';
import { hasRank, requireStaff, setRank } from '@/domains/base/permissions/rank';
import { isSeenBy } from '@/domains/base/permissions/reach';
import { staff } from '@/domains/base/permissions/tables';
import { type CardRow, cardColumns, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import { httpError } from '@/http/errors';
import type { Actor, Staff } from '@/shared/actor';
import { staffError } from './errors';
import { leaveWork } from './leave-work';
import { CursorPosition, type StaffMember, type StaffRequest } from './schemas';

const LIST = 'staff';
const staffColumns = { rank: staff.rank, granted: staff.granted, denied: staff.denied, country: staff.country };

interface StaffPage {
  readonly cursor?: string | undefined;
  readonly perPage: number;
}

/** A country admin sees only staff who live in their country. Throws CURSOR_INVALID. */
export async function listStaff(ctx: Context, actor: Actor, { cursor, perPage }: StaffPage) {
  const after = cursor === undefined ? undefined : decodeCursor(LIST, CursorPosition, cursor)[0];
  const rows = await ctx.db
    .select({ card: cardColumns, staff: staffColumns })
    .from(staff)
    .innerJoin(users, eq(users.id, staff.userId))
    .where(and(after === undefined ? undefined : gt(staff.userId, after), isSeenBy(actor)))
    .orderBy(asc(staff.userId))
    .limit(perPage + 1);
  return presentCursorPage(
    rows,
    perPage,
    (row) => presentMember(row.card, row.staff),
    (row) => encodeCursor(LIST, [row.card.id]),
  );
}

/** Keeps fields that are not sent. Throws STAFF_USER_NOT_FOUND, the refusals of `judgeRanking`, STAFF_CHANGED. */
export async function rankStaff(
  ctx: Context,
  actor: Actor,
  userId: string,
  request: z.output<typeof StaffRequest>,
): Promise<z.input<typeof StaffMember>> {
  const { staff: own } = actor;
  if (!own || userId === actor.userId) throw staffError('STAFF_OUT_OF_REACH');
  const target = await getTarget(ctx, userId);
  const after = changed(target.staff, request);
  const verdict = judgeRanking(own, { staff: target.staff, country: target.country }, after);
  if (verdict !== 'allow') throw staffError(verdict);
  if (JSON.stringify(after) === JSON.stringify(target.staff)) return presentMember(target.card, after);

  await commit(
    ctx,
    [
      requireStaff(ctx, actor),
      requireThat(ctx, hasRank(userId, target.staff)),
      setRank(ctx, userId, after),
      ...leaveWork(ctx, userId, after),
      logStaff(ctx, {
        staffId: actor.userId,
        action: 'staff.rank',
        targetType: 'user',
        targetId: userId,
        before: target.staff,
        after,
      }),
    ],
    {
      events: [{ kind: 'user-changed', userId }],
      refusals: { DEMAND_NOT_MET: () => staffError('STAFF_CHANGED') },
    },
  );
  ctx.log.event('staff.ranked', { targetId: userId, rank: after?.rank ?? null });
  return presentMember(target.card, after);
}

/** Throws STAFF_USER_NOT_FOUND. */
export async function getTarget(ctx: Context, userId: string) {
  const row = await ctx.db
    .select({
      card: cardColumns,
      country: users.country,
      countryCorrectedAt: users.countryCorrectedAt,
      staff: staffColumns,
    })
    .from(users)
    .leftJoin(staff, eq(staff.userId, users.id))
    .where(and(eq(users.id, userId), ne(users.status, 'deleted')))
    .get();
  if (!row) throw staffError('STAFF_USER_NOT_FOUND');
  return row;
}

/** Throws VALIDATION_FAILED. */
function changed(before: Staff | null, request: z.output<typeof StaffRequest>): Staff | null {
  const { rank, country = before?.country ?? null } = request;
  if (rank === null) return null;
  const { granted = before?.granted ?? [], denied = before?.denied ?? [] } = request;
  if (rank !== 'country_admin') return { rank, granted, denied, country: null };
  if (country !== null) return { rank, granted, denied, country };
  throw httpError('VALIDATION_FAILED', { details: [{ path: 'country', message: 'a country admin must have one' }] });
}

function presentMember(card: CardRow, member: Staff | null): z.input<typeof StaffMember> {
  const { rank = null, granted = [], denied = [], country = null } = member ?? {};
  const user = presentCard(card);
  return { user, rank, granted: [...granted], denied: [...denied], permissions: permissionsOf(member), country };
}

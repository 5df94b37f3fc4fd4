/** The requests to a channel or a user's room, for those who may decide them. */

import type { z } from '@hono/zod-openapi';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { findCards } from '@/domains/base/users/find-cards';
import { banOf } from '@/domains/live/rooms/bans';
import { COUNT_MAX, limitAndOffset, presentPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { requireMayUnban } from './moderators';
import { presentRequest } from './present';
import type { UnbanRequestList, UnbanRequestQuery } from './schemas';
import { unbanRequests } from './tables';

/** Newest first. Throws STREAM_NOT_FOUND, NOT_MODERATOR. */
export async function listRequests(
  ctx: Context,
  actor: Actor,
  roomId: string,
  query: z.output<typeof UnbanRequestQuery>,
): Promise<z.input<typeof UnbanRequestList>> {
  const { door, placeId } = await requireMayUnban(ctx, actor, roomId);
  const { limit, offset } = limitAndOffset(query);
  const asked = and(eq(unbanRequests.placeId, placeId), query.status && eq(unbanRequests.status, query.status));
  const banColumns = banOf(door, unbanRequests.userId);
  const [rows, [total]] = await ctx.db.batch([
    ctx.db
      .select({
        request: unbanRequests,
        bannedAt: banColumns.at.as('banned_at'),
        banReason: banColumns.reason.as('ban_reason'),
      })
      .from(unbanRequests)
      .where(asked)
      .orderBy(desc(unbanRequests.id))
      .limit(limit)
      .offset(offset),
    ctx.db.select({ count: sql<number>`count(*)` }).from(
      ctx.db
        .select({ id: unbanRequests.id })
        .from(unbanRequests)
        .where(asked)
        .limit(COUNT_MAX + 1)
        .as('counted'),
    ),
  ]);
  const cards = await findCards(
    ctx,
    rows.flatMap(({ request: { userId, decidedBy } }) => [userId, decidedBy]),
    actor,
  );
  const items = rows.flatMap(({ request, bannedAt, banReason }) => {
    const user = cards.get(request.userId);
    if (!user) return [];
    const decidedBy = request.decidedBy === null ? null : (cards.get(request.decidedBy) ?? null);
    const ban = bannedAt === null ? null : { reason: banReason, at: toIso(bannedAt) };
    return [{ ...presentRequest(request, user), decidedBy, ban }];
  });
  return presentPage(items, total?.count ?? 0, query);
}

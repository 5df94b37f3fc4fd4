/** Who is banned from a stream's channel and timed out in its room, for those who moderate there. */
import type { z } from '@hono/zod-openapi';
import { desc, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/sqlite-core';
import type { Context } from '@/context';
import { channelBans } from '@/domains/channels/tables';
import { users } from '@/domains/users/tables';
import { COUNT_MAX, type PageQuery, presentPage, rowsOf } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import type { ModerationList } from './chat-schemas';
import { streamError } from './errors';
import { moderatingParty } from './moderation';
import { moderationRight } from './moderation-rules';

/** Bans newest first, by page; the room's time-outs, which are few and pass, whole beside them. */
export async function listModeration(
  ctx: Context,
  actor: Actor,
  streamId: string,
  query: PageQuery,
): Promise<z.input<typeof ModerationList>> {
  const { found, party } = await moderatingParty(ctx, actor, streamId);
  if (!moderationRight(party, 'kick') && !moderationRight(party, 'ban')) throw streamError('NOT_MODERATOR');
  const { limit, offset } = rowsOf(query);
  const ofChannel = eq(channelBans.channelId, found.channel.id);
  const banner = alias(users, 'banner');
  // No batch: D1 gives a batch's rows by column name, and here two have an `id`.
  const [bans, [total]] = await Promise.all([
    ctx.db
      .select({
        user: { id: users.id, username: users.username },
        by: { id: banner.id, username: banner.username },
        reason: channelBans.reason,
        at: channelBans.createdAt,
      })
      .from(channelBans)
      .innerJoin(users, eq(users.id, channelBans.userId))
      .innerJoin(banner, eq(banner.id, channelBans.bannedBy))
      .where(ofChannel)
      .orderBy(desc(channelBans.createdAt), desc(channelBans.userId))
      .limit(limit)
      .offset(offset),
    ctx.db.select({ count: sql<number>`count(*)` }).from(
      ctx.db
        .select({ userId: channelBans.userId })
        .from(channelBans)
        .where(ofChannel)
        .limit(COUNT_MAX + 1)
        .as('counted'),
    ),
  ]);
  const timeOuts = await ctx.rooms(streamId).timeOuts();
  const named = await findNames(
    ctx,
    timeOuts.flatMap(({ userId, by }) => [userId, by]),
  );
  return {
    ...presentPage(
      bans.map((ban) => ({ ...ban, at: toIso(ban.at) })),
      total?.count ?? 0,
      query,
    ),
    timeouts: timeOuts.map(({ userId, until, reason, by, at }) => ({
      user: { id: userId, username: named.get(userId) ?? null },
      by: { id: by, username: named.get(by) ?? null },
      reason,
      until: toIso(until),
      at: toIso(at),
    })),
  };
}

async function findNames(ctx: Context, userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (userIds.length === 0) return new Map();
  const rows = await ctx.db
    .select({ id: users.id, username: users.username })
    .from(users)
    .where(sql`${users.id} IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`);
  return new Map(rows.map(({ id, username }) => [id, username]));
}

/** The bans and time-outs of a room, for its moderators. */
import type { z } from '@hono/zod-openapi';
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { users } from '@/domains/base/users/tables';
import { type PageQuery, presentPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { readBans } from './bans';
import { presentMessage } from './chat';
import type { ModerationList } from './chat-schemas';
import { roomError } from './errors';
import { moderatingParty } from './moderation';
import { moderationRight } from './moderation-rules';

/** Enough messages to judge a ban by. */
const MESSAGES_EACH = 20;

/** A page of bans, newest first, and all time-outs: those are few and end soon. */
export async function listModeration(
  ctx: Context,
  actor: Actor,
  roomId: string,
  query: PageQuery,
): Promise<z.input<typeof ModerationList>> {
  const { door, party } = await moderatingParty(ctx, actor, roomId);
  if (!moderationRight(party, 'kick') && !moderationRight(party, 'ban')) throw roomError('NOT_MODERATOR');
  const [bans, [total]] = await readBans(ctx, door, query);
  const room = ctx.rooms(roomId);
  const timeOuts = await room.timeOuts();
  const moderated = [...new Set([...bans.map(({ user }) => user.id), ...timeOuts.map(({ userId }) => userId)])];
  const [named, messages] = await Promise.all([
    findNames(
      ctx,
      timeOuts.flatMap(({ userId, by }) => [userId, by]),
    ),
    room.newestMessagesOf(moderated, MESSAGES_EACH),
  ]);
  const messagesOf = (id: string) => messages.filter(({ userId }) => userId === id).map(presentMessage);
  return {
    ...presentPage(
      bans.map((ban) => ({ ...ban, at: toIso(ban.at), messages: messagesOf(ban.user.id) })),
      total?.count ?? 0,
      query,
    ),
    timeouts: timeOuts.map(({ userId, until, reason, by, at }) => ({
      user: { id: userId, username: named.get(userId) ?? null },
      by: { id: by, username: named.get(by) ?? null },
      reason,
      until: toIso(until),
      at: toIso(at),
      messages: messagesOf(userId),
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

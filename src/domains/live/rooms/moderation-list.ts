/** The bans and time-outs of a room, for its moderators. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import type { TimeOut } from '@/contracts/room';
import { findCards } from '@/domains/base/users/find-cards';
import { type PageQuery, presentPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { readBans } from './bans';
import { presentMessage } from './chat';
import type { ModerationList } from './chat-schemas';
import { requireModerator } from './moderation';

/** Enough messages to judge a ban by. */
const MESSAGES_EACH = 20;

/** A page of bans, newest first, and all time-outs: those are few and end soon. */
export async function listModeration(
  ctx: Context,
  actor: Actor,
  roomId: string,
  query: PageQuery,
): Promise<z.input<typeof ModerationList>> {
  const door = await requireModerator(ctx, actor, roomId);
  const [bans, [total]] = await readBans(ctx, door, query);
  const room = ctx.rooms(roomId);
  const timeOuts = await room.timeOuts();
  const moderated = [...new Set([...bans, ...timeOuts].map(({ userId }) => userId))];
  const [cards, messages] = await Promise.all([
    findCards(
      ctx,
      [...bans, ...timeOuts].flatMap(({ userId, by }) => [userId, by]),
      actor,
    ),
    room.newestMessagesOf(moderated, MESSAGES_EACH),
  ]);
  /** Undefined if the account is gone. */
  const present = ({ userId, by, reason, at }: Pick<TimeOut, 'userId' | 'by' | 'reason' | 'at'>) => {
    const user = cards.get(userId);
    const said = messages.filter((message) => message.userId === userId).map(presentMessage);
    return user && { user, by: cards.get(by) ?? null, reason, at: toIso(at), messages: said };
  };
  return {
    ...presentPage(
      bans.flatMap((ban) => present(ban) ?? []),
      total?.count ?? 0,
      query,
    ),
    timeouts: timeOuts.flatMap((timeOut) => {
      const shown = present(timeOut);
      return shown ? [{ ...shown, until: toIso(timeOut.until) }] : [];
    }),
  };
}

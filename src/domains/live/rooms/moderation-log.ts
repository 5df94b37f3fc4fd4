/** A room's moderation log, for its host, its moderators and staff. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { findCards } from '@/domains/base/users/find-cards';
import { encodeCursor } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { ModerationLog } from './chat-schemas';
import { requireModerator } from './moderation';

export const LOG_CURSOR = 'moderation-log';

/** Newest first. Throws STREAM_NOT_FOUND, NOT_MODERATOR. @param before an entry's id, from the cursor */
export async function readModerationLog(
  ctx: Context,
  actor: Actor,
  roomId: string,
  before: number | null,
  perPage: number,
): Promise<z.input<typeof ModerationLog>> {
  await requireModerator(ctx, actor, roomId);
  const { entries, nextBefore } = await ctx.rooms(roomId).moderationLog(before, perPage);
  const cards = await findCards(
    ctx,
    entries.flatMap(({ by, userId }) => [by, userId]),
    actor,
  );
  const cardOf = (id: string | null) => (id === null ? null : (cards.get(id) ?? null));
  return {
    items: entries.map(({ id, at, by, userId, until, ...entry }) => ({
      ...entry,
      id: String(id),
      by: cardOf(by),
      user: cardOf(userId),
      until: toIsoOrNull(until),
      at: toIso(at),
    })),
    pagination: { nextCursor: nextBefore === null ? null : encodeCursor(LOG_CURSOR, [nextBefore]), perPage },
  };
}

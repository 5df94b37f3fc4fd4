/** Lists who watches a screening and how their players do, as far as the reader may know who is in the room. */
import type { z } from '@hono/zod-openapi';
import { and, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { admitToRead } from '@/domains/live/rooms/admit';
import { roomError } from '@/domains/live/rooms/errors';
import { isNameable, requireShownViewers } from '@/domains/live/rooms/viewers';
import { type PageQuery, pageSlice, presentPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import type { Viewers } from './schemas';

/**
 * In the order in which they came. Users who do not want to be named, or whom the reader may not see, count as guests.
 * Throws the refusals of who may read the room, VIEWERS_HIDDEN, NO_SCREENING.
 */
export async function listScreeningViewers(
  ctx: Context,
  actor: Actor,
  roomId: string,
  page: PageQuery,
): Promise<z.input<typeof Viewers>> {
  const admitted = await admitToRead(ctx, { id: roomId }, actor);
  requireShownViewers(admitted);
  const inside = await ctx.rooms(roomId).screeningViewers();
  if (!inside) throw roomError('NO_SCREENING');
  const states = new Map(inside.users.map(({ id, state }) => [id, state]));
  const rows = await ctx.db
    .select(cardColumnsFor(actor))
    .from(users)
    .where(
      and(
        sql`${users.id} IN (SELECT value FROM json_each(${JSON.stringify([...states.keys()])}))`,
        isNameable(admitted, actor),
      ),
    );
  const cards = new Map(rows.map((row) => [row.id, presentCard(row)]));
  const named = inside.users.flatMap(({ id, state }) => {
    const card = cards.get(id);
    return card ? [{ ...card, state }] : [];
  });
  const guests = inside.guests + inside.users.length - named.length;
  return { ...presentPage(pageSlice(named, page), named.length, page), guests };
}

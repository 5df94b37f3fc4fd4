/**
 * Announces in a user's open rooms that they blocked or unblocked someone, so that the client hides or shows that
 * user's messages. Events come in any order, so this announces the current state. No list shows it.
 */

import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { getSettings } from '@/domains/base/settings/read';
import { hasBlocked } from '@/domains/base/visibility/people';
import { toIso } from '@/shared/time';
import { speechOf } from '@/texts/languages';
import { type EnteredRoom, placesQuery } from './reach';
import type { PresentedNotification } from './schemas';

/**
 * Throws if a room is unavailable; safe to repeat. A client that missed it would keep showing a blocked user's
 * messages.
 */
export async function announceBlock(
  ctx: Context,
  id: string,
  { userId, otherId }: { readonly userId: string; readonly otherId: string },
): Promise<void> {
  const [[[row], places], { language }] = await Promise.all([
    ctx.db.batch([
      ctx.db.all<{ blocked: number }>(sql`SELECT ${hasBlocked(userId, otherId)} AS blocked`),
      ctx.db.all<EnteredRoom>(placesQuery([userId])),
    ]),
    getSettings(ctx, userId),
  ]);
  const blocked = row?.blocked === 1;
  const { texts, say } = speechOf(language);
  const notification: PresentedNotification = {
    id,
    kind: 'block-changed',
    title: say(blocked ? texts.blocks.blocked : texts.blocks.unblocked),
    body: '',
    data: { userId: otherId, blocked },
    actor: null,
    read: true,
    createdAt: toIso(ctx.now()),
  };
  await Promise.all(
    places.map(({ roomId }) => ctx.rooms(roomId).tell([userId], { type: 'user-notification', notification })),
  );
}

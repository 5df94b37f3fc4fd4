/** Deletes text in a room: a chat message, or the text of a gift. The paid gift itself stays. */
import { and, eq, isNotNull, or, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commitIfMet, requireChange } from '@/db/commit';
import { removeAsStaff } from '@/domains/base/decisions/direct-removal';
import { KEPT_MS } from '@/domains/base/decisions/record';
import { staffCan } from '@/domains/base/permissions/permissions';
import { staffReaches } from '@/domains/base/permissions/reach';
import { admitToRead } from '@/domains/live/rooms/admit';
import { deleteMessage } from '@/domains/live/rooms/chat';
import { roomError } from '@/domains/live/rooms/errors';
import type { Actor } from '@/shared/actor';
import { keepRemovedWords } from './review-words';
import { giftsSent } from './tables';

/**
 * Allowed for the author, the creator and moderators, from any region, and for staff, who decide with it.
 * @param id the id of the message or the gift. Throws MESSAGE_NOT_FOUND, NOT_ALLOWED, OUT_OF_YOUR_REACH, and what
 * admission refuses.
 */
export async function deleteWords(ctx: Context, actor: Actor, streamId: string, id: string): Promise<void> {
  const [gift, { relation }] = await Promise.all([
    findGift(ctx, streamId, id),
    admitToRead(ctx, { id: streamId }, { ...actor, regions: [] }),
  ]);
  const inCharge = relation?.user.standing.creator === true || relation?.user.standing.moderator === true;
  if (!gift) return deleteMessage(ctx, actor, { roomId: streamId, messageId: id, inCharge });
  const byRight = inCharge || gift.senderId === actor.userId;
  if (!byRight && !staffCan(actor.staff, 'canDeleteMessages')) throw roomError('NOT_ALLOWED');
  if (!byRight && !(await staffReaches(ctx, actor, gift.senderId))) throw roomError('OUT_OF_YOUR_REACH');
  if (gift.message === null) return;
  if (!byRight) return removeWordsAsStaff(ctx, actor, { id, streamId, subjectId: gift.senderId, text: gift.message });
  const command = { type: 'delete-gift-words', giftId: id, by: actor.userId } as const;
  await commitIfMet(ctx, [blankWords(ctx, id), requireChange(ctx)], {
    events: [{ kind: 'room', roomId: streamId, command }],
  });
}

/** Keeps them for as long as the sender may appeal. */
async function removeWordsAsStaff(
  ctx: Context,
  actor: Actor,
  { id, streamId, subjectId, text }: { id: string; streamId: string; subjectId: string; text: string },
): Promise<void> {
  await removeAsStaff(ctx, {
    ...{ staffId: actor.userId, subjectId, target: { type: 'gift', id, streamId }, text },
    log: { action: 'gift-words.delete', targetType: 'gift-sent', after: { streamId } },
    isThere: sql`EXISTS (SELECT 1 FROM gifts_sent
      WHERE id = ${id} AND message IS NOT NULL AND words_kept_until IS NULL)`,
    ...keepRemovedWords(ctx, { id, streamId }, ctx.now() + KEPT_MS),
  });
}

function findGift(ctx: Context, streamId: string, id: string) {
  return ctx.db
    .select({ senderId: giftsSent.senderId, message: giftsSent.message })
    .from(giftsSent)
    .where(and(eq(giftsSent.id, id), or(eq(giftsSent.streamId, streamId), eq(giftsSent.roomId, streamId))))
    .get();
}

function blankWords(ctx: Context, id: string) {
  return ctx.db
    .update(giftsSent)
    .set({ message: null })
    .where(and(eq(giftsSent.id, id), isNotNull(giftsSent.message)));
}

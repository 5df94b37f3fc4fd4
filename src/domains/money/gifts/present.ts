/** Turns rows of gifts into wire shapes. Only the recipient sees what a gift earned. */

import type { z } from '@hono/zod-openapi';
import { type CardRow, presentCard } from '@/domains/base/users/present';
import { toIso, toIsoOrNull } from '@/shared/time';
import type { CataloguePage, GiftSent, KeptGift } from './schemas';
import type { GiftRow, GiftSentRow } from './tables';

export function presentCatalogueGift(row: GiftRow): z.input<typeof CataloguePage>['items'][number] {
  const { id, name, icon, coins, animationUrl } = row;
  return { id, name, icon, coins, animationUrl };
}

export function presentKeptGift(row: GiftRow): z.input<typeof KeptGift> {
  const { active, createdAt, updatedAt, retiredAt } = row;
  return {
    ...presentCatalogueGift(row),
    active,
    createdAt: toIso(createdAt),
    updatedAt: toIso(updatedAt),
    retiredAt: toIsoOrNull(retiredAt),
  };
}

export interface GiftParties {
  /** Null: a tip. */
  readonly gift: GiftRow | null;
  /** Null: nothing of the account is kept. */
  readonly sender: CardRow | null;
  readonly recipient: CardRow | null;
}

/** @param readerId the user who reads the response */
export function presentGiftSent(
  row: GiftSentRow,
  { gift, sender, recipient }: GiftParties,
  readerId: string,
): z.input<typeof GiftSent> {
  const { id, quantity, coins, diamonds, streamId, roomId, wordsHiddenAt, wordsKeptUntil } = row;
  const isUnderReview = wordsHiddenAt !== null && wordsKeptUntil === null && readerId === row.senderId;
  return {
    id,
    gift: gift && presentCatalogueGift(gift),
    quantity,
    coins,
    ...(readerId === row.recipientId ? { diamonds } : {}),
    sender: sender && presentCard(sender),
    recipient: recipient && presentCard(recipient),
    streamId,
    ...(roomId === null ? {} : { roomId }),
    message: wordsHiddenAt === null || isUnderReview ? row.message : null,
    ...(isUnderReview ? { hidden: true as const } : {}),
    ...(row.messageRefused !== null && readerId === row.senderId
      ? { messageRefused: { code: row.messageRefused } }
      : {}),
    createdAt: toIso(row.createdAt),
  };
}

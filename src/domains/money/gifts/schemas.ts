/** Wire shapes of the catalogue, and of gifts and tips that were sent or received. */
import { z } from '@hono/zod-openapi';
import { aDiamondCount } from '@/contracts/economy';
import { RecordedCard } from '@/domains/base/users/schemas';
import { keptTimes } from '@/http/catalogue-query';
import { cursorPageOf, orNull, pageOf } from '@/http/envelope';
import { aLine, aLink, asHref, aText, expectedCoins } from '@/http/fields';

const NAME_CHARACTERS_MAX = 60;
const URL_CHARACTERS_MAX = 500;
const MESSAGE_CHARACTERS_MAX = 200;
const PRICE_COINS_MAX = 1_000_000;
/** A technical bound; the economy's limit is lower. */
const QUANTITY_MAX = 10_000;
const TIP_COINS_MAX = 1_000_000_000;

const CatalogueGift = z
  .object({
    id: z.uuid(),
    name: z.string(),
    icon: z.string().openapi({ description: 'An emoji or short text, or the URL of an image.' }),
    coins: z.int(),
    animationUrl: z.string().nullable(),
  })
  .openapi('CatalogueGift');

export const CataloguePage = pageOf(CatalogueGift);

/** A gift of the catalogue as staff see it. */
export const KeptGift = CatalogueGift.extend({ active: z.boolean(), ...keptTimes }).openapi('KeptGift');
export const KeptGiftPage = pageOf(KeptGift);

const kept = {
  name: aLine(NAME_CHARACTERS_MAX),
  icon: aLine(URL_CHARACTERS_MAX).overwrite(asHref).openapi({
    description: 'An emoji or text of at most 16 characters, or the URL of an image uploaded here.',
  }),
  coins: z.int().min(1).max(PRICE_COINS_MAX),
  animationUrl: aLink(URL_CHARACTERS_MAX)
    .nullable()
    .openapi({ description: 'The URL of a file uploaded here; null: none.' }),
};

export const NewKeptGift = z
  .strictObject({ ...kept, animationUrl: kept.animationUrl.optional() })
  .openapi('NewKeptGift', { example: { name: 'Rose', icon: '🌹', coins: 50 } });

export const KeptGiftChanges = z
  .strictObject({ ...kept, active: z.boolean().openapi({ description: 'False: it is no longer sold.' }) })
  .partial()
  .openapi('KeptGiftChanges');

const anId = z.string().min(1).max(64);
const to = {
  recipientId: anId.optional().openapi({ description: 'Who receives it: a creator, or with `roomId` a guide too.' }),
  streamId: anId
    .optional()
    .openapi({ description: 'The live stream whose creator receives it and whose room shows it. Send it alone.' }),
  roomId: anId
    .optional()
    .openapi({ description: "The user's room on whose stage the recipient is, and which shows it." }),
  message: aText(MESSAGE_CHARACTERS_MAX).optional(),
};

interface To {
  readonly recipientId?: string | undefined;
  readonly streamId?: string | undefined;
  readonly roomId?: string | undefined;
}

/** A creator, a stream, or somebody in a room. */
function namesOne({ recipientId, streamId, roomId }: To) {
  return recipientId === undefined ? streamId !== undefined && roomId === undefined : streamId === undefined;
}
/** The same in JSON Schema. */
const ONE_NAMED = {
  oneOf: [
    { required: ['recipientId'], not: { required: ['streamId'] } },
    { required: ['streamId'], not: { anyOf: [{ required: ['recipientId'] }, { required: ['roomId'] }] } },
  ],
};
const ONE_OF_THEM = { path: ['recipientId'], message: 'send recipientId, streamId, or recipientId with roomId' };

export const NewGiftSent = z
  .strictObject({ giftId: anId, quantity: z.int().min(1).max(QUANTITY_MAX).default(1), expectedCoins, ...to })
  .refine(namesOne, ONE_OF_THEM)
  .openapi('NewGiftSent', ONE_NAMED);

export const NewTip = z
  .strictObject({ coins: z.int().min(1).max(TIP_COINS_MAX), ...to })
  .refine(namesOne, ONE_OF_THEM)
  .openapi('NewTip', ONE_NAMED);

export const GiftSent = z
  .object({
    id: z.uuid(),
    gift: orNull(CatalogueGift).openapi({ description: 'Null: a tip.' }),
    quantity: z.int(),
    coins: z.int().openapi({ description: 'The price of all of them together.' }),
    diamonds: aDiamondCount.optional().openapi({ description: 'What it earned. Only for the recipient.' }),
    sender: RecordedCard,
    recipient: RecordedCard,
    streamId: z.uuid().nullable(),
    roomId: z.uuid().optional().openapi({ description: "Only for a gift in a user's room." }),
    message: z.string().nullable(),
    hidden: z.literal(true).optional().openapi({
      description: 'Your message is hidden from everyone else, while a report about it is reviewed.',
    }),
    messageRefused: z
      .object({ code: z.string().openapi({ example: 'BLOCKED_WORDS' }) })
      .optional()
      .openapi({
        description: 'Why your message was left out; the gift was sent without it. Only for the sender.',
      }),
    createdAt: z.iso.datetime(),
    balanceAfter: z.int().optional().openapi({
      description: 'The coins that it left in your wallet. Only in the answer to sending it, and the same in a repeat.',
    }),
  })
  .openapi('Gift');

export const GiftSentPage = cursorPageOf(GiftSent);

/** A cursor's position: the id of the last gift. */
export const CursorPosition = z.tuple([z.string()]);

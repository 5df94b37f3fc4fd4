/**
 * Sends a gift or a tip. One batch holds its row, its coins, its diamonds, the day's earning and the room's event, so
 * no gift is shown unpaid and none is paid without being shown.
 */

import type { z } from '@hono/zod-openapi';
import { type Placeholder, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import type { EventBody } from '@/contracts/room-events/events';
import { builtOnce } from '@/db/built-once';
import { requireThat } from '@/db/commit';
import { planOnce } from '@/db/outbox';
import { int } from '@/db/sql';
import { convert } from '@/domains/base/economy/rates';
import type { Economy } from '@/domains/base/economy/read';
import { type CardRow, presentCardForAll } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { isStaying, whileActive } from '@/domains/base/visibility/people';
import { placeOf } from '@/domains/base/visibility/regions';
import { roomError } from '@/domains/live/rooms/errors';
import { recordEarning } from '@/domains/money/earnings/record';
import { BANNED_MEANWHILE } from '@/domains/people/auth/errors';
import { socialError } from '@/domains/people/social/errors';
import { type Once, performOnce } from '@/http/idempotency';
import { firstLot, furtherLotsOf } from '@/ledger/lots';
import { commitSpending, requirePrice } from '@/ledger/spend';
import { post } from '@/ledger/transfers';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { MINUTE_MS, toDay, toIso } from '@/shared/time';
import { giftError } from './errors';
import {
  findGiftSent,
  type GiftFacts,
  type GiftMade,
  type Giving,
  readGiftFacts,
  requireRecipient,
  sentBefore,
} from './facts';
import { presentCatalogueGift, presentGiftSent } from './present';
import type { GiftSent, NewGiftSent, NewTip } from './schemas';
import { type GiftRow, type GiftSentRow, giftsSent, roomGiftDays, streamEarnings } from './tables';
import { judgeWords } from './words';

/** The gift or tip that the sender pays for, and its total price in coins. */
interface Line {
  readonly quantity: number;
  readonly coins: number;
  /** Null: a tip. */
  readonly gift: GiftRow | null;
}

type Price = (facts: GiftFacts) => Line;

/**
 * Throws GIFT_NOT_FOUND, QUANTITY_OUT_OF_RANGE, PRICE_CHANGED, GIFT_WORTHLESS, NOT_ENOUGH_COINS, and what
 * `requireRecipient` throws.
 */
export function sendGift(ctx: Context, sender: Actor, input: z.output<typeof NewGiftSent>, once: Once) {
  const { giftId, quantity, expectedCoins, ...to } = input;
  return give(ctx, givingOf(sender, giftId, to), once, ({ gift, economy }) => {
    if (!gift?.active) throw giftError('GIFT_NOT_FOUND');
    const { giftQuantityMax } = economy.limits;
    if (quantity > giftQuantityMax)
      throw giftError('QUANTITY_OUT_OF_RANGE', { details: { min: 1, max: giftQuantityMax } });
    const coins = gift.coins * quantity;
    requirePrice(coins, expectedCoins);
    return { quantity, gift, coins };
  });
}

/** Throws TIP_OUT_OF_RANGE, GIFT_WORTHLESS, NOT_ENOUGH_COINS, and what `requireRecipient` throws. */
export function sendTip(ctx: Context, sender: Actor, { coins, ...to }: z.output<typeof NewTip>, once: Once) {
  return give(ctx, givingOf(sender, null, to), once, ({ economy }) => {
    const { tipCoinsMin, tipCoinsMax } = economy.limits;
    if (coins < tipCoinsMin || coins > tipCoinsMax)
      throw giftError('TIP_OUT_OF_RANGE', { details: { min: tipCoinsMin, max: tipCoinsMax } });
    return { quantity: 1, gift: null, coins };
  });
}

type To = Pick<z.output<typeof NewTip>, 'recipientId' | 'streamId' | 'roomId' | 'message'>;

function givingOf(sender: Actor, giftId: string | null, { recipientId, streamId, roomId, message }: To): Giving {
  return {
    senderId: sender.userId,
    ...placeOf(sender),
    giftId,
    recipientId: recipientId ?? null,
    streamId: streamId ?? null,
    roomId: roomId ?? null,
    message: message || null,
  };
}

async function give(ctx: Context, giving: Giving, once: Once, price: Price): Promise<z.input<typeof GiftSent>> {
  const facts = await readGiftFacts(ctx, giving, once.idempotencyKey);
  const row = await performOnce(
    once,
    facts.known,
    () => pay(ctx, giving, once, facts, price),
    () => findGiftSent(ctx, giving.senderId, once.idempotencyKey),
  );
  return { ...presentGiftSent(row, facts, giving.senderId), balanceAfter: row.balanceAfter };
}

async function pay(ctx: Context, giving: Giving, once: Once, facts: GiftFacts, price: Price): Promise<GiftMade> {
  if (!facts.sender) throw new Error(`The sender ${giving.senderId} has no account`);
  const line = price(facts);
  const recipient = requireRecipient(facts, giving);
  const { senderId, streamId, roomId } = giving;
  const diamonds = diamondsOf(line, facts.economy);
  const { delayMs, ...words } = await judgeWords(ctx, facts, giving, once.idempotencyKey);
  const row: GiftSentRow = {
    id: newId(),
    giftId: giving.giftId,
    quantity: line.quantity,
    coins: line.coins,
    diamonds,
    senderId,
    recipientId: recipient.id,
    streamId,
    roomId,
    ...words,
    wordsHiddenAt: null,
    wordsKeptUntil: null,
    economyVersion: facts.economy.version,
    ...once,
    createdAt: ctx.now(),
  };
  const [kind, earning] = line.gift ? (['gift', 'gift_earning'] as const) : (['tip', 'tip_earning'] as const);
  const transfer = { refType: 'gift', refId: row.id };
  const statements = [
    // Built once, it lost the mark by which a commit tells what is required from what is done.
    Object.assign(requireBothActive(ctx, { senderId, recipientId: recipient.id }), { requires: 'condition' as const }),
    insertGift(ctx, row),
    takeFurtherLots(ctx, { id: row.id, userId: senderId }),
    ...post(ctx, [
      { ...transfer, kind, leg: 1, userId: senderId, amount: row.coins },
      { ...transfer, kind: earning, leg: 2, userId: recipient.id, amount: row.diamonds },
    ]),
    recordEarning(ctx, { userId: recipient.id, source: kind, diamonds: row.diamonds }),
    ...placeStatements(ctx, row, { asGuide: facts.room?.asGuide ?? 0, name: line.gift?.name ?? null }),
    sentBefore(ctx, { senderId, idempotencyKey: once.idempotencyKey }),
  ];
  const gone = () => (streamId === null ? socialError('USER_NOT_FOUND') : roomError('STREAM_NOT_FOUND'));
  const results = await commitSpending(ctx, { userId: senderId, price: row.coins }, statements, {
    refusals: { DEMAND_NOT_MET: gone, ...BANNED_MEANWHILE },
    events: roomEvents(row, { gift: line.gift, sender: facts.sender, recipient }, delayMs),
  });
  ctx.log.event(`${kind}.sent`, { giftId: row.id, coins: row.coins });
  const [made] = results.at(-1) as GiftMade[]; // of the last statement
  if (!made) throw new Error(`The gift ${row.id} is not there`);
  return made;
}

const requireBothActive = builtOnce((db, value: (name: 'senderId' | 'recipientId') => Placeholder) => {
  const recipientStays = sql`EXISTS (SELECT 1 FROM ${users} WHERE id = ${value('recipientId')} AND ${isStaying()})`;
  return requireThat({ db }, whileActive(value('senderId'), recipientStays));
});

const insertGift = builtOnce((db, value: (name: keyof GiftSentRow) => Placeholder) =>
  db.insert(giftsSent).values({
    id: value('id'),
    giftId: value('giftId'),
    quantity: value('quantity'),
    coins: value('coins'),
    diamonds: value('diamonds'),
    senderId: value('senderId'),
    recipientId: value('recipientId'),
    streamId: value('streamId'),
    roomId: value('roomId'),
    message: value('message'),
    messageRefused: value('messageRefused'),
    economyVersion: value('economyVersion'),
    idempotencyKey: value('idempotencyKey'),
    bodyHash: value('bodyHash'),
    createdAt: value('createdAt'),
    ...firstLot(value('senderId'), value('coins')),
  }),
);

const takeFurtherLots = furtherLotsOf('gift', giftsSent);

/** A stream and a guide's day count what was given there. Elsewhere, the recipient is told. */
function placeStatements(
  ctx: Context,
  row: GiftSentRow,
  { asGuide, name }: { readonly asGuide: 0 | 1; readonly name: string | null },
): Statement[] {
  const { streamId, roomId, recipientId: userId, diamonds, createdAt } = row;
  if (streamId !== null) return [addToStream(ctx, { streamId, diamonds })];
  if (roomId !== null) return [addToRoomDay(ctx, { userId, day: toDay(createdAt), asGuide, diamonds })];
  return giftNotice(ctx, row, name);
}

const addToRoomDay = builtOnce((db, value: (name: 'userId' | 'day' | 'asGuide' | 'diamonds') => Placeholder) =>
  db.run(sql`
    INSERT INTO ${roomGiftDays} (user_id, day, as_guide, diamonds)
    VALUES (${value('userId')}, ${value('day')}, ${int(value('asGuide'))}, ${int(value('diamonds'))})
    ON CONFLICT (user_id, day, as_guide) DO UPDATE SET diamonds = diamonds + excluded.diamonds`),
);

const addToStream = builtOnce((db, value: (name: 'streamId' | 'diamonds') => Placeholder) =>
  db.run(sql`
    INSERT INTO ${streamEarnings} (stream_id, diamonds, gifts)
    VALUES (${value('streamId')}, ${int(value('diamonds'))}, 1)
    ON CONFLICT (stream_id) DO UPDATE SET diamonds = diamonds + excluded.diamonds, gifts = gifts + 1`),
);

/** Rounded down for the whole line; the platform keeps the remainder. */
function diamondsOf({ coins }: Line, { conversions: { diamondsPerCoin } }: Economy): number {
  const diamonds = convert(coins, diamondsPerCoin);
  if (diamonds < 1) throw giftError('GIFT_WORTHLESS', { details: { coins, diamondsPerCoin } });
  return diamonds;
}

/** The room shows the gift, so its recipient gets no notification. */
function roomEvents(
  row: GiftSentRow,
  { gift, sender, recipient }: { gift: GiftRow | null; sender: CardRow; recipient: CardRow },
  delayMs: number,
): OutboxEvent[] {
  const roomId = row.streamId ?? row.roomId;
  if (roomId === null) return [];
  const event: EventBody<'gift-sent'> = {
    type: 'gift-sent',
    id: row.id,
    sender: presentCardForAll(sender),
    recipient: presentCardForAll(recipient),
    gift: gift && presentCatalogueGift(gift),
    quantity: row.quantity,
    coins: row.coins,
    message: row.message,
    at: toIso(row.createdAt),
  };
  return [{ kind: 'room', roomId, command: { type: 'event', event, delayMs } }];
}

/** Outside of rooms: at most one notification per sender and minute, grouped by day. */
function giftNotice(
  ctx: Context,
  { giftId, senderId, recipientId, quantity, coins, createdAt }: GiftSentRow,
  name: string | null,
): Statement[] {
  const minute = Math.floor(createdAt / MINUTE_MS);
  const gather = { group: `gifts:${toDay(createdAt)}`, actorId: senderId };
  const gift = { senderId, giftId, name, quantity, coins };
  const event = noticeTo(recipientId, 'gift', { gift }, { gather });
  return [planOnce(ctx, `gift:${senderId}:${recipientId}:${minute}`, event)];
}

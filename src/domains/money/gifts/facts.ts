/** Reads everything that a gift is judged by in one batch, so that no gift needs another round trip. */

import { and, eq, getTableColumns, type Placeholder, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { builtOnce } from '@/db/built-once';
import { int } from '@/db/sql';
import { type Economy, economyOf, economyQuery } from '@/domains/base/economy/read';
import { hasEffectiveRank } from '@/domains/base/permissions/dormant';
import { type CardRow, cardColumnsFor } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { isBannedFrom, isModeratorOf } from '@/domains/base/visibility/channels';
import { isActive } from '@/domains/base/visibility/people';
import { hiddenIn } from '@/domains/base/visibility/regions';
import { visibilityAtDoor } from '@/domains/base/visibility/streams';
import { channels } from '@/domains/live/channels/tables';
import { type Door, mayStay } from '@/domains/live/rooms/admission';
import { doorError } from '@/domains/live/rooms/admit';
import { roomError } from '@/domains/live/rooms/errors';
import { type RoomRelation, roomRelationOf, roomRelationQuery } from '@/domains/live/rooms/relation';
import { visibilityOf } from '@/domains/live/rooms/user-room-door';
import { streams } from '@/domains/live/streams/tables';
import { roomSpeakers, userRooms } from '@/domains/live/user-rooms/tables';
import { isGuideAt } from '@/domains/people/guides/terms';
import { requireSupportable, type Supported, supportColumns } from '@/domains/people/social/support';
import { coinsLeftBy } from '@/ledger/spend';
import { giftError } from './errors';
import { type GiftRow, type GiftSentRow, gifts, giftsSent } from './tables';

/** What a request gives, and to whom: a creator, the creator of a live stream, or somebody on a room's stage. */
export interface Giving {
  readonly senderId: string;
  /** The sender's country, if known (ISO 3166). */
  readonly country: string | null;
  readonly region: string | null;
  readonly recipientId: string | null;
  readonly streamId: string | null;
  readonly roomId: string | null;
  /** Null: a tip. */
  readonly giftId: string | null;
  readonly message: string | null;
}

type Party = CardRow & Supported;

/** The door of the room that shows the gift, and the sender's relation to it. */
interface GiftDoor {
  readonly door: Pick<Door, 'kind' | 'status' | 'visibility'>;
  readonly relation: RoomRelation | undefined;
  /** Whether the recipient can be given something here. */
  readonly isOnStage: boolean;
  /** 1: it counts for the recipient's work as an approved guide. */
  readonly asGuide: 0 | 1;
}

/** The sender's relation to the channel of a creator who receives a gift outside a stream. */
interface GiftChannelRow {
  blockedWords: string[];
  heldWords: string[];
  banned: number;
  /** 1: a moderator or staff, so exempt from moderation. */
  exempt: number;
}

/** A gift that is paid. */
export interface GiftMade extends GiftSentRow {
  /** The coins that it left in the sender's wallet. */
  readonly balanceAfter: number;
}

export interface GiftFacts {
  /** The gift already sent with this key. */
  readonly known: GiftMade | undefined;
  readonly economy: Economy;
  readonly gift: GiftRow | null;
  readonly sender: Party | null;
  readonly recipient: Party | null;
  readonly room: GiftDoor | null;
  readonly channel: GiftChannelRow | null;
}

export async function readGiftFacts(ctx: Context, giving: Giving, idempotencyKey: string): Promise<GiftFacts> {
  const { senderId, streamId, roomId } = giving;
  const asked = [
    sentBefore(ctx, { senderId, idempotencyKey }),
    economyQuery(ctx),
    giftQuery(ctx, { id: giving.giftId }),
    peopleQuery(ctx, {
      senderId,
      country: giving.country,
      region: giving.region,
      recipientId: giving.recipientId,
      streamId,
    }),
  ] as const;
  const relationTo = (room: { readonly roomId: string; readonly kind: 'stream' | 'user' }) =>
    roomRelationQuery(ctx, room, senderId);
  const [[known], economy, [gift = null], people, [place], relations = []] =
    roomId !== null
      ? await ctx.db.batch([...asked, stageQuery(ctx, giving, roomId), relationTo({ roomId, kind: 'user' })])
      : streamId !== null
        ? await ctx.db.batch([...asked, doorQuery(ctx, streamId), relationTo({ roomId: streamId, kind: 'stream' })])
        : await ctx.db.batch([...asked, channelQuery(ctx, giving)]);
  const recipientId = place && 'creatorId' in place ? place.creatorId : giving.recipientId;
  return {
    known,
    economy: economyOf(economy),
    gift,
    sender: people.find(({ id }) => id === senderId) ?? null,
    recipient: people.find(({ id }) => id === recipientId) ?? null,
    room: place && !('banned' in place) ? { ...doorOf(place), relation: roomRelationOf(ctx, relations) } : null,
    channel: place && 'banned' in place ? place : null,
  };
}

/** The gift of a key, as every answer to its request has it. */
export const sentBefore = builtOnce((db, value: (name: 'senderId' | 'idempotencyKey') => Placeholder) =>
  db
    .select({
      ...getTableColumns(giftsSent),
      balanceAfter: coinsLeftBy('gift', sql`gifts_sent.id`).as('balance_after'),
    })
    .from(giftsSent)
    .where(and(eq(giftsSent.senderId, value('senderId')), eq(giftsSent.idempotencyKey, value('idempotencyKey')))),
);

/** The gift that this sender already sent with this key. */
export async function findGiftSent(
  ctx: Context,
  senderId: string,
  idempotencyKey: string,
): Promise<GiftMade | undefined> {
  const [row] = await sentBefore(ctx, { senderId, idempotencyKey });
  return row;
}

const giftQuery = builtOnce((db, value: (name: 'id') => Placeholder) =>
  db
    .select()
    .from(gifts)
    .where(eq(gifts.id, value('id'))),
);

/** Reads the sender and the recipient; for a stream, the recipient is its creator. */
type Named = 'senderId' | 'country' | 'region' | 'recipientId' | 'streamId';
const peopleQuery = builtOnce((db, value: (name: Named) => Placeholder) =>
  db
    .select({
      ...cardColumnsFor({ userId: value('senderId') }),
      ...supportColumns(value('senderId'), { country: value('country'), region: value('region') }),
    })
    .from(users)
    .where(
      sql`${users.id} IN (${value('senderId')}, ${value('recipientId')}, (SELECT creator_id FROM ${streams} WHERE id = ${value('streamId')}))`,
    ),
);

function doorQuery(ctx: Context, streamId: string) {
  return ctx.db
    .select({
      creatorId: streams.creatorId,
      status: streams.status,
      visibility: visibilityAtDoor.as('visibility'),
    })
    .from(streams)
    .where(eq(streams.id, streamId));
}

/** No row if the host is hidden from the sender. Hosts always see themselves. */
function stageQuery(ctx: Context, { senderId, recipientId, country, region }: Giving, roomId: string) {
  return ctx.db
    .select({
      open: sql<number>`${userRooms.status} = 'open'`.as('open'),
      isPrivate: userRooms.isPrivate,
      hiddenAt: userRooms.hiddenAt,
      onStage: sql<number>`(${userRooms.hostId} = ${recipientId} OR EXISTS (SELECT 1 FROM ${roomSpeakers} speaker
        WHERE speaker.room_id = user_rooms.id AND speaker.user_id = ${recipientId}))`.as('on_stage'),
      asGuide: sql<0 | 1>`${isGuideAt(recipientId ?? '', int(ctx.now()))}`.as('as_guide'),
    })
    .from(userRooms)
    .innerJoin(users, eq(users.id, userRooms.hostId))
    .where(
      and(eq(userRooms.id, roomId), isActive(), sql`(users.id = ${senderId} OR NOT ${hiddenIn({ country, region })})`),
    );
}

type StreamDoor = Awaited<ReturnType<typeof doorQuery>>[number];
type StageDoor = Awaited<ReturnType<typeof stageQuery>>[number];

function doorOf(place: StreamDoor | StageDoor): Pick<GiftDoor, 'door' | 'isOnStage' | 'asGuide'> {
  if ('creatorId' in place) return { door: { kind: 'stream', ...place }, isOnStage: true, asGuide: 0 };
  const status = place.open === 1 ? 'live' : 'ended';
  const { asGuide, onStage } = place;
  return { door: { kind: 'user', status, visibility: visibilityOf(place) }, isOnStage: onStage === 1, asGuide };
}

function channelQuery(ctx: Context, { recipientId, senderId }: Giving) {
  return ctx.db
    .select({
      blockedWords: channels.blockedWords,
      heldWords: channels.heldWords,
      banned: isBannedFrom(sql`channels.id`, senderId).as('banned'),
      exempt: sql<number>`${isModeratorOf(sql`channels.id`, senderId)}
        OR ${hasEffectiveRank(senderId)}`.as('exempt'),
    })
    .from(channels)
    .where(eq(channels.creatorId, recipientId ?? ''));
}

/**
 * Returns the recipient if they can be given something here. Throws NOT_ONESELF, USER_NOT_FOUND, NOT_A_CREATOR; in a
 * room also what `mayStay` refuses, STREAM_NOT_FOUND, STREAM_NOT_LIVE, ROOM_CLOSED, NOT_ON_STAGE.
 */
export function requireRecipient(facts: GiftFacts, giving: Giving): CardRow {
  if (giving.roomId !== null) return requireSpeaker(facts, giving);
  const { recipient, room } = facts;
  const { senderId, streamId } = giving;
  if (streamId === null) return requireSupportable(recipient ?? undefined, senderId);
  if (!room || recipient?.isStaying !== 1 || recipient.blocked === 1) throw roomError('STREAM_NOT_FOUND');
  const { door, relation } = room;
  const refusal = mayStay(door, relation);
  if (refusal) throw doorError(refusal, relation);
  if (door.status !== 'live') throw roomError('STREAM_NOT_LIVE');
  return requireSupportable(recipient, senderId);
}

/** Somebody on the stage of an open room in which the sender may be: a creator or a guide. */
function requireSpeaker({ recipient, room }: GiftFacts, { senderId }: Giving): CardRow {
  if (!room) throw roomError('STREAM_NOT_FOUND');
  const { door, relation, isOnStage } = room;
  const refusal = mayStay(door, relation);
  if (refusal) throw doorError(refusal, relation);
  if (door.status !== 'live') throw roomError('ROOM_CLOSED');
  const speaker = requireSupportable(recipient ?? undefined, senderId, true);
  if (!isOnStage) throw giftError('NOT_ON_STAGE');
  return speaker;
}

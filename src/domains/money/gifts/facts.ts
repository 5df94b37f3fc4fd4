/** Reads everything that a gift is judged by in one batch, so that no gift needs another round trip. */

import { and, eq, type Placeholder, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { builtOnce } from '@/db/built-once';
import { type Economy, economyOf, economyQuery } from '@/domains/base/economy/read';
import { hasEffectiveRank } from '@/domains/base/permissions/dormant';
import { type CardRow, cardColumns } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { isBannedFrom, isModeratorOf } from '@/domains/base/visibility/channels';
import { visibilityAtDoor } from '@/domains/base/visibility/streams';
import { channels } from '@/domains/live/channels/tables';
import { mayStay } from '@/domains/live/rooms/admission';
import { doorError } from '@/domains/live/rooms/admit';
import { roomError } from '@/domains/live/rooms/errors';
import { type RoomRelation, roomRelationOf, roomRelationQuery } from '@/domains/live/rooms/relation';
import { type StreamRow, streams } from '@/domains/live/streams/tables';
import { requireSupportable, type Supported, supportColumns } from '@/domains/people/social/support';
import { type GiftRow, type GiftSentRow, gifts, giftsSent } from './tables';

/** What a request gives, and to whom: to a creator, or into a live stream. */
export interface Giving {
  readonly senderId: string;
  /** The sender's country, if known (ISO 3166). */
  readonly country: string | null;
  readonly region: string | null;
  readonly recipientId: string | null;
  readonly streamId: string | null;
  /** Null: a tip. */
  readonly giftId: string | null;
  readonly message: string | null;
}

type Party = CardRow & Supported;

/** The stream that receives the gift, and the sender's relation to it. */
interface GiftDoor {
  readonly door: Pick<StreamRow, 'status' | 'visibility'>;
  readonly relation: RoomRelation | undefined;
}

/** The sender's relation to the channel of a creator who receives a gift outside a stream. */
interface GiftChannelRow {
  blockedWords: string[];
  banned: number;
  /** 1: a moderator or staff, so exempt from moderation. */
  exempt: number;
}

export interface GiftFacts {
  /** The gift already sent with this key. */
  readonly known: GiftSentRow | undefined;
  readonly economy: Economy;
  readonly gift: GiftRow | null;
  readonly sender: Party | null;
  readonly recipient: Party | null;
  readonly room: GiftDoor | null;
  readonly channel: GiftChannelRow | null;
}

export async function readGiftFacts(ctx: Context, giving: Giving, idempotencyKey: string): Promise<GiftFacts> {
  const { senderId, streamId } = giving;
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
  const [[known], economy, [gift = null], people, [place], relations = []] =
    streamId === null
      ? await ctx.db.batch([...asked, channelQuery(ctx, giving)])
      : await ctx.db.batch([...asked, doorQuery(ctx, streamId), roomRelationQuery(ctx, streamId, senderId)]);
  const door = place && 'status' in place ? place : undefined;
  return {
    known,
    economy: economyOf(economy),
    gift,
    sender: people.find(({ id }) => id === senderId) ?? null,
    recipient: people.find(({ id }) => id === (door?.creatorId ?? giving.recipientId)) ?? null,
    room: door ? { door, relation: roomRelationOf(ctx, relations) } : null,
    channel: place && 'banned' in place ? place : null,
  };
}

const sentBefore = builtOnce((db, value: (name: 'senderId' | 'idempotencyKey') => Placeholder) =>
  db
    .select()
    .from(giftsSent)
    .where(and(eq(giftsSent.senderId, value('senderId')), eq(giftsSent.idempotencyKey, value('idempotencyKey')))),
);

/** The gift that this sender already sent with this key. */
export async function findGiftSent(
  ctx: Context,
  senderId: string,
  idempotencyKey: string,
): Promise<GiftSentRow | undefined> {
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
      ...cardColumns,
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

function channelQuery(ctx: Context, { recipientId, senderId }: Giving) {
  return ctx.db
    .select({
      blockedWords: channels.blockedWords,
      banned: isBannedFrom(sql`channels.id`, senderId).as('banned'),
      exempt: sql<number>`${isModeratorOf(sql`channels.id`, senderId)}
        OR ${hasEffectiveRank(senderId)}`.as('exempt'),
    })
    .from(channels)
    .where(eq(channels.creatorId, recipientId ?? ''));
}

/**
 * Returns the recipient if they can be given something here. Throws NOT_ONESELF, USER_NOT_FOUND, NOT_A_CREATOR; for a
 * stream also what `mayStay` refuses, STREAM_NOT_FOUND, STREAM_NOT_LIVE.
 */
export function requireRecipient({ recipient, room }: GiftFacts, { senderId, streamId }: Giving): CardRow {
  if (streamId === null) return requireSupportable(recipient ?? undefined, senderId);
  if (!room || recipient?.isStaying !== 1 || recipient.blocked === 1) throw roomError('STREAM_NOT_FOUND');
  const { door, relation } = room;
  const refusal = mayStay(door, relation);
  if (refusal) throw doorError(refusal, relation);
  if (door.status !== 'live') throw roomError('STREAM_NOT_LIVE');
  return requireSupportable(recipient, senderId);
}

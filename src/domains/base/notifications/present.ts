/** Presents rows of notifications and broadcasts to a reader, in their language and with everybody's current names. */
import type { z } from '@hono/zod-openapi';
import { and, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { countsThings, groupsPeople } from '@/contracts/notification-kinds';
import { cardColumnsFor, presentCard, type Reader } from '@/domains/base/users/present';
import type { PublicCard } from '@/domains/base/users/schemas';
import { users } from '@/domains/base/users/tables';
import { isActive, isBlockBetween } from '@/domains/base/visibility/people';
import { toIso } from '@/shared/time';
import { type Speech, speechOf } from '@/texts/languages';
import { isKnownKind, type Named, sentenceOf } from '@/texts/sentences';
import type { PresentedNotification } from './schemas';

/** A row from a SELECT of `notificationColumns`, or of a broadcast. */
export interface NotificationRow {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  readonly body: string;
  readonly data: string;
  readonly createdAt: number;
  readonly isRead: number;
  readonly actorCount: number;
  /** JSON: ids of the latest actors, newest first. */
  readonly lastActors: string;
  /** 1: its text is made of kind and data. 0: it is title and body. */
  readonly textMade: number;
}

export type BroadcastColumns = Omit<NotificationRow, 'actorCount' | 'lastActors' | 'textMade'>;

/** A broadcast, as the row of one reader. */
export function broadcastRow(row: BroadcastColumns): NotificationRow {
  return { ...row, actorCount: 0, lastActors: '[]', textMade: 1 };
}

/** How many actors a grouped row names, newest first. */
export const LAST_ACTORS = 3;

/** A condition: a single notification, or a group with an actor left. */
export const isSoOfSomebody = sql.raw('(group_key IS NULL OR actor_count > 0)');

/** A condition: it is in the reader's list. NOTE: must match the text of the index of unread rows. */
export const isShown = sql`in_app = 1 AND ${isSoOfSomebody}`;

/**
 * A condition beside `isShown`: it does not name a suspended or banned account, whose text it may hold. It comes back
 * with the lift. A group stays, without the name, since a ban changes no counts.
 */
export const isByNobodyBanned = sql`(group_key IS NOT NULL OR NOT EXISTS (
  SELECT 1 FROM ${users} actor WHERE actor.status = 'banned' AND actor.id = coalesce(
    json_extract(data, '$.userId'), json_extract(data, '$.senderId'), json_extract(data, '$.subscriberId'))))`;

/** For a SELECT from `notifications` without an alias. @param readThrough rows up to this time are read */
export function notificationColumns(readThrough: SQL): SQL {
  return sql`notifications.id, notifications.kind, notifications.title, notifications.body, notifications.data,
    notifications.created_at AS createdAt,
    notifications.read_at IS NOT NULL OR notifications.created_at <= ${readThrough} AS isRead,
    notifications.actor_count AS actorCount,
    notifications.last_actors AS lastActors, notifications.text_made AS textMade`;
}

interface Person {
  readonly card: z.input<typeof PublicCard>;
  /** A block separates the reader from them. */
  readonly isBlocked: boolean;
}
type People = ReadonlyMap<string, Person>;

/** Texts are made now, so that they follow the reader's language and everybody's names. At most one statement. */
export async function presentNotifications(
  ctx: Context,
  { userId, language }: { readonly userId: string; readonly language: string },
  rows: readonly NotificationRow[],
): Promise<PresentedNotification[]> {
  const read = rows.map(readRow);
  const people = await readPeople(ctx, userId, read, { userId });
  const speech = speechOf(language);
  return read.map((row) => present(row, people, speech));
}

/**
 * One notification in each of these languages, by language, for an event of a room: its cards are those of everybody. At
 * most one statement.
 * @param userId null: many read it, all of whom may see its actor
 */
export async function presentInLanguages(
  ctx: Context,
  row: NotificationRow,
  userId: string | null,
  languages: readonly string[],
): Promise<ReadonlyMap<string, PresentedNotification>> {
  const read = readRow(row);
  const people = await readPeople(ctx, userId, [read]);
  return new Map(languages.map((language) => [language, present(read, people, speechOf(language))]));
}

interface ReadRow extends NotificationRow {
  readonly facts: Readonly<Record<string, unknown>>;
  readonly actorIds: readonly string[];
}

function readRow(row: NotificationRow): ReadRow {
  // The table's CHECKs ensure JSON, and its only writers what is in it.
  const data = JSON.parse(row.data) as Record<string, unknown>;
  const facts = row.kind === 'live' ? { ...data, streamTitle: row.body } : data;
  const gathered = countsThings(row.kind) ? [] : (JSON.parse(row.lastActors) as string[]);
  return { ...row, facts, actorIds: gathered.length > 0 ? gathered : actorOf(row.kind, facts) };
}

/** Who did it; nobody if the platform did. */
function actorOf(kind: string, { actorId, userId, senderId, subscriberId, creatorId }: ReadRow['facts']): string[] {
  const ids = [actorId, userId, senderId, subscriberId, ...(kind === 'live' ? [creatorId] : [])];
  return ids.filter((id) => typeof id === 'string').slice(0, 1);
}

function namedIn({ actorIds, facts }: ReadRow): string[] {
  return typeof facts.creatorId === 'string' ? [...actorIds, facts.creatorId] : [...actorIds];
}

/** Those whose accounts are active. @param cardsFor whom their cards tell whether they follow */
async function readPeople(
  ctx: Context,
  userId: string | null,
  read: readonly ReadRow[],
  cardsFor?: Reader,
): Promise<People> {
  const ids = [...new Set(read.flatMap(namedIn))];
  if (ids.length === 0) return new Map();
  const rows = await ctx.db
    .select({
      ...cardColumnsFor(cardsFor),
      isBlocked: userId === null ? sql<number>`0` : isBlockBetween(userId, users.id),
    })
    .from(users)
    .where(and(sql`${users.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`, isActive()));
  return new Map(rows.map((row) => [row.id, { card: presentCard(row), isBlocked: row.isBlocked === 1 }]));
}

function present(row: ReadRow, people: People, speech: Speech): PresentedNotification {
  const { id, kind, actorCount, isRead, createdAt, actorIds, facts } = row;
  const actors = actorIds.flatMap((actorId) => {
    const person = people.get(actorId);
    return person && !person.isBlocked ? [person.card] : [];
  });
  // Also behind a block: the reader must know which of their subscriptions it is.
  const creator = typeof facts.creatorId === 'string' ? people.get(facts.creatorId)?.card.displayName : undefined;
  const isCounting = countsThings(kind);
  const isGathered = actorCount > 0 && groupsPeople(kind);
  const known = { ...withoutActor(facts, actors[0]?.id), ...(isCounting ? { count: actorCount } : {}) };
  const named = { actor: actors[0]?.displayName, others: isGathered ? actorCount - 1 : 0, creator };
  return {
    id,
    kind,
    ...textOf(row, known, named, speech),
    data: {
      ...known,
      ...(isGathered ? { actorCount, actors } : {}),
      ...(kind.startsWith('subscription-') ? { creatorName: creator ?? null } : {}),
    },
    actor: actors[0] ?? null,
    read: isRead === 1,
    createdAt: toIso(createdAt),
  };
}

function textOf(row: ReadRow, data: ReadRow['facts'], named: Named, speech: Speech) {
  const { kind, title, body, textMade, actorCount } = row;
  if (textMade === 1 && isKnownKind(kind)) return sentenceOf(speech, kind, data, named);
  if (countsThings(kind)) return { title: `${title}: ${actorCount}`, body };
  return { title: actorCount > 0 ? gatheredTitle(named.actor, actorCount, title) : title, body };
}

/**
 * Without the id that `actor` repeats, and without a gift of somebody other than the newest actor, who may have been
 * blocked since.
 */
function withoutActor({ actorId: _, gift, ...data }: ReadRow['facts'], newest: string | undefined) {
  return isGiftOf(gift, newest) ? { ...data, gift } : data;
}

function isGiftOf(gift: unknown, senderId: string | undefined): boolean {
  return typeof gift === 'object' && gift !== null && 'senderId' in gift && gift.senderId === senderId;
}

/** For rows of older versions: 'A and 4 others liked your post'. @param name undefined if it is not shown */
function gatheredTitle(name: string | undefined, actorCount: number, what: string): string {
  const others = actorCount - 1;
  const who = name ?? 'Someone';
  if (others === 0) return `${who} ${what}`;
  return `${who} and ${others} ${others === 1 ? 'other' : 'others'} ${what}`;
}

/** Presents rows of notifications and broadcasts to a reader. Grouped ones show the actors' current names. */
import type { z } from '@hono/zod-openapi';
import { type SQL, sql } from 'drizzle-orm';
import { countsThings } from '@/contracts/notification-kinds';
import { users } from '@/domains/base/users/tables';
import { toIso } from '@/shared/time';
import type { Notification } from './schemas';

export type PresentedNotification = z.output<typeof Notification>;

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
  /** JSON: cards of the latest actors, newest first. */
  readonly actors: string;
}

interface ActorCard {
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  readonly avatarUrl: string | null;
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
    (SELECT json_group_array(json(card)) FROM (
       SELECT json_object('id', users.id, 'username', users.username, 'displayName', users.display_name,
                          'avatarUrl', users.avatar_url) AS card
       FROM json_each(notifications.last_actors) AS last JOIN ${users} ON users.id = last.value
       WHERE users.status = 'active' ORDER BY last.key)) AS actors`;
}

export function presentNotification(row: NotificationRow): PresentedNotification {
  const { id, kind, body, actorCount } = row;
  const data = JSON.parse(row.data) as Record<string, unknown>; // ensured by the table's CHECK and its only writers
  const actors = JSON.parse(row.actors) as ActorCard[]; // notificationColumns
  const isGathered = actorCount > 0;
  const counted = { id, kind, body, read: row.isRead === 1, createdAt: toIso(row.createdAt) };
  if (countsThings(kind))
    return { ...counted, title: `${row.title}: ${actorCount}`, data: { ...data, count: actorCount } };
  return {
    id,
    kind,
    title: isGathered ? gatheredTitle(actors[0]?.displayName, actorCount, row.title) : row.title,
    body,
    data: isGathered ? { ...data, actorCount, actors } : data,
    read: row.isRead === 1,
    createdAt: toIso(row.createdAt),
  };
}

/** 'A and 4 others liked your post'. @param name the latest actor's, unless their account is gone */
export function gatheredTitle(name: string | undefined, actorCount: number, what: string): string {
  const others = actorCount - 1;
  const who = name ?? 'Someone';
  if (others === 0) return `${who} ${what}`;
  return `${who} and ${others} ${others === 1 ? 'other' : 'others'} ${what}`;
}

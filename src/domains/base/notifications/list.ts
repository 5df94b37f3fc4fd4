/**
 * A reader's notifications: their own rows and the broadcasts of creators they follow or subscribe to, as one list,
 * newest first. It takes five statements for any reader. For broadcasts a read touches at most TIES_MAX follows, as
 * many subscriptions, and BROADCASTS_KEPT rows of each: a creator's newest, at most two weeks old.
 */
import { z } from '@hono/zod-openapi';
import { type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { readSettings } from '@/domains/base/settings/read';
import { users } from '@/domains/base/users/tables';
import { tiesOf } from '@/domains/base/visibility/members';
import { isActive, noBlockBetween } from '@/domains/base/visibility/people';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import { DAY_MS } from '@/shared/time';
import { LANGUAGE_DEFAULT } from '@/texts/languages';
import {
  type BroadcastColumns,
  broadcastRow,
  isByNobodyBanned,
  isShown,
  type NotificationRow,
  notificationColumns,
  presentNotifications,
} from './present';
import { UNREAD_MAX } from './schemas';

export const BROADCAST_AGE_MS_MAX = 14 * DAY_MS;
/**
 * Readers who follow more creators only see broadcasts of those they followed last. Push and mail have no such limit.
 */
const TIES_MAX = 2_000;

const LIST = 'notifications';
const Position = z.tuple([z.int(), z.string()]);
type Position = z.output<typeof Position>;

/** The position before the first page. */
const NEWEST: Position = [Number.MAX_SAFE_INTEGER, ''];

export async function listNotifications(ctx: Context, userId: string, query: { cursor?: string; perPage: number }) {
  const before = query.cursor === undefined ? NEWEST : decodeCursor(LIST, Position, query.cursor);
  const { rows, unreadCount, language } = await readNotifications(ctx, userId, before, query.perPage + 1);
  const page = presentCursorPage(
    rows,
    query.perPage,
    (row) => row,
    ({ createdAt, id }) => encodeCursor(LIST, [createdAt, id]),
  );
  return {
    ...page,
    items: await presentNotifications(ctx, { userId, language }, page.items),
    unreadCount,
    pushPublicKey: ctx.push?.publicKey ?? null,
  };
}

/** Counts up to UNREAD_MAX. */
export async function countUnread(ctx: Context, userId: string): Promise<number> {
  const { unreadCount } = await readNotifications(ctx, userId, NEWEST, 0);
  return unreadCount;
}

async function readNotifications(ctx: Context, userId: string, before: Position, limit: number) {
  const [[own, ownUnread, merged], settings] = await Promise.all([
    ctx.db.batch([
      ctx.db.all<NotificationRow>(ownPage(userId, before, limit)),
      ctx.db.all<{ unread: number }>(sql`
        SELECT count(*) AS unread FROM (
          SELECT 1 FROM notifications
          WHERE user_id = ${userId} AND read_at IS NULL AND ${isShown} AND ${isByNobodyBanned}
            AND created_at > ${readThrough(userId)}
          LIMIT ${UNREAD_MAX})`),
      ctx.db.all<MergedRow>(broadcastPage(userId, before, limit, ctx.now() - BROADCAST_AGE_MS_MAX)),
    ]),
    readSettings(ctx, [userId]),
  ]);
  const chosen = settings.get(userId);
  const announced = (chosen?.notifications.live.inApp ?? true) ? merged : [];
  const broadcasts = announced.flatMap((row) => (row.id === null ? [] : [broadcastRow(row)]));
  const rows = [...own, ...broadcasts].sort(newestFirst).slice(0, limit);
  return {
    rows,
    unreadCount: Math.min(UNREAD_MAX, (ownUnread[0]?.unread ?? 0) + (announced[0]?.unread ?? 0)),
    language: chosen?.language ?? LANGUAGE_DEFAULT,
  };
}

function newestFirst(a: NotificationRow, b: NotificationRow): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? 1 : -1);
}

/** The time (ms) up to which everything was marked as read at once; 0: never. */
export function readThrough(userId: string): SQL {
  return sql`coalesce((SELECT read_through FROM notification_marks WHERE user_id = ${userId}), 0)`;
}

function ownPage(userId: string, [createdAt, id]: Position, limit: number): SQL {
  return sql`
    SELECT ${notificationColumns(readThrough(userId))} FROM notifications
    WHERE user_id = ${userId} AND (created_at, id) < (${createdAt}, ${id}) AND ${isShown} AND ${isByNobodyBanned}
    ORDER BY created_at DESC, id DESC LIMIT ${limit}`;
}

/** At least one row, for its count; `id` is null if the page is empty. */
type MergedRow = { readonly unread: number } & ({ readonly id: null } | BroadcastColumns);

/**
 * Broadcasts made since the reader followed or subscribed, each once. A block ends a follow immediately
 * (domains/people/social/block.ts) but a subscription only with its month, so subscriptions are checked for blocks
 * here.
 */
function broadcastPage(userId: string, [createdAt, id]: Position, limit: number, since: number): SQL {
  return sql`
    WITH recent AS MATERIALIZED (
      SELECT DISTINCT b.id, b.created_at,
        b.created_at <= ${readThrough(userId)}
          OR EXISTS (SELECT 1 FROM broadcast_reads WHERE user_id = ${userId} AND broadcast_id = b.id) AS is_read
      FROM (${tiesOf(userId, TIES_MAX)}) AS tie
      CROSS JOIN ${users} AS u ON u.id = tie.creator_id AND ${isActive(sql`u`)}
      CROSS JOIN broadcasts AS b ON b.creator_id = tie.creator_id AND b.created_at >= max(tie.since, ${since})
      WHERE CASE WHEN tie.subscribed THEN ${noBlockBetween(userId, sql`tie.creator_id`)} ELSE b.audience = 'members' END
    ), page AS (
      SELECT id, is_read FROM recent WHERE (created_at, id) < (${createdAt}, ${id})
      ORDER BY created_at DESC, id DESC LIMIT ${limit}
    )
    SELECT counted.unread, b.id, b.kind, b.title, b.body, b.data, b.created_at AS createdAt, page.is_read AS isRead
    FROM (SELECT count(*) AS unread FROM (SELECT 1 FROM recent WHERE NOT is_read LIMIT ${UNREAD_MAX})) AS counted
    LEFT JOIN page ON true LEFT JOIN broadcasts AS b ON b.id = page.id`;
}

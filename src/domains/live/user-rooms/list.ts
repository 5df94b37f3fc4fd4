/** Lists rooms: the open ones, the fullest first, and a user's own. */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { countRows } from '@/db/count-rows';
import { EVERYBODY, matching } from '@/db/fts';
import { literal } from '@/db/sql';
import type { Reader } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { userVisibleTo } from '@/domains/base/visibility/people';
import { roomBans, userRoomLive } from '@/domains/live/rooms/tables';
import { COUNT_MAX, decodeCursor, encodeCursor, limitAndOffset, presentCursorPage, presentPage } from '@/http/envelope';
import type { Actor, Viewer } from '@/shared/actor';
import { ftsQuery } from '@/shared/fts';
import { readPeople } from './people';
import { type PresentedRoom, presentRoom } from './present';
import { type MyRoomsQuery, type RoomListQuery, RoomPosition } from './schemas';
import { roomCoHosts, roomMembers, type UserRoomRow, userRooms } from './tables';

const MINE = 'rooms.mine';

/**
 * The open rooms that this reader may see. They are ordered by their size in powers of two, then the newest first, so that
 * the order does not change with each person who comes. Three statements, whatever the filter.
 */
export async function listRooms(ctx: Context, viewer: Viewer, query: z.output<typeof RoomListQuery>) {
  const { limit, offset } = limitAndOffset(query);
  const listed = and(
    eq(userRooms.id, userRoomLive.roomId),
    eq(users.id, userRooms.hostId),
    sql`user_rooms.status = 'open' AND user_rooms.is_private = 0 AND user_rooms.hidden_at IS NULL`,
    query.language === undefined ? undefined : eq(userRooms.language, query.language),
    hasWords(query),
    userVisibleTo(viewer),
    isNotBanned(viewer),
  );
  // NOTE: SQLite keeps the order of a CROSS JOIN. It looks up the rooms that have the words; without words it reads the
  // index by size, and stops at the end of the page.
  const counted = ctx.db.select({ one: sql`1` }).from(userRoomLive).crossJoin(userRooms).crossJoin(users).where(listed);
  const [rows, [{ total = 0 } = {}]] = await Promise.all([
    ctx.db
      .select({ room: userRooms, viewerCount: userRoomLive.viewerCount })
      .from(userRoomLive)
      .crossJoin(userRooms)
      .crossJoin(users)
      .where(listed)
      .orderBy(desc(userRoomLive.crowd), desc(userRoomLive.roomId))
      .limit(limit)
      .offset(offset),
    countRows(ctx, counted, COUNT_MAX + 1),
  ]);
  return presentPage(await presentRooms(ctx, viewer, rows), total, query);
}

/**
 * The rooms that the user opened, and the open ones that they host, co-host or are a member of. Newest first. A host
 * who is hidden from the user hides the room too, unless the user opened it.
 */
export async function listMyRooms(ctx: Context, actor: Actor, { cursor, perPage }: z.output<typeof MyRoomsQuery>) {
  const { userId } = actor;
  const [before] = cursor === undefined ? [] : decodeCursor(MINE, RoomPosition, cursor);
  const isBefore = (id: SQL) => (before === undefined ? sql`true` : sql`${id} < ${before}`);
  const newest = sql`ORDER BY 1 DESC LIMIT ${literal(perPage + 1)}`;
  const ofRole = (table: typeof roomCoHosts | typeof roomMembers) => sql`
    SELECT * FROM (SELECT role.room_id AS id FROM ${table} role
      CROSS JOIN ${userRooms} ON user_rooms.id = role.room_id AND user_rooms.status = 'open'
        AND user_rooms.hidden_at IS NULL
      CROSS JOIN ${users} ON users.id = user_rooms.host_id
      WHERE role.user_id = ${userId} AND ${isBefore(sql`role.room_id`)} AND ${userVisibleTo(actor)} ${newest})`;
  const mine = sql`
    SELECT * FROM (SELECT id FROM ${userRooms} WHERE creator_id = ${userId} AND ${isBefore(sql`id`)} ${newest})
    UNION SELECT * FROM (SELECT id FROM ${userRooms}
      WHERE host_id = ${userId} AND status = 'open' AND ${isBefore(sql`id`)} ${newest})
    UNION ${ofRole(roomCoHosts)}
    UNION ${ofRole(roomMembers)}`;
  const rows = await ctx.db
    .select({ room: userRooms, viewerCount: sql<number>`coalesce(${userRoomLive.viewerCount}, 0)`.as('viewers') })
    .from(userRooms)
    .leftJoin(userRoomLive, eq(userRoomLive.roomId, userRooms.id))
    .where(sql`${userRooms.id} IN (${mine})`)
    .orderBy(desc(userRooms.id))
    .limit(perPage + 1);
  const presented = await presentRooms(ctx, actor, rows);
  return presentCursorPage(
    presented,
    perPage,
    (room) => room,
    ({ id }) => encodeCursor(MINE, [id]),
  );
}

async function presentRooms(
  ctx: Context,
  reader: Reader,
  rows: readonly { readonly room: UserRoomRow; readonly viewerCount: number }[],
): Promise<PresentedRoom[]> {
  const people = await readPeople(
    ctx,
    rows.map(({ room }) => room.id),
    reader,
  );
  return rows.flatMap(({ room, viewerCount }) => {
    const inside = people.get(room.id);
    return inside ? [presentRoom(room, inside, viewerCount)] : [];
  });
}

/** `q` finds words in the title or the topic, `topic` in the topic alone. */
function hasWords({ q, topic }: Pick<z.output<typeof RoomListQuery>, 'q' | 'topic'>): SQL | undefined {
  const words = [
    ...(q === undefined ? [] : [`(${ftsQuery(q).begun})`]),
    ...(topic === undefined ? [] : [`topic : (${ftsQuery(topic).begun})`]),
  ];
  if (words.length === 0) return undefined;
  return sql`user_room_live.room_id IN (SELECT found.id FROM user_rooms_fts
    CROSS JOIN ${userRooms} found ON found.rowid = user_rooms_fts.rowid
    WHERE user_rooms_fts MATCH ${matching(words.join(' AND '), EVERYBODY)})`;
}

function isNotBanned(viewer: Viewer): SQL | undefined {
  if (viewer?.kind !== 'user') return undefined;
  return sql`NOT EXISTS (SELECT 1 FROM ${roomBans} WHERE room_id = user_rooms.id AND user_id = ${viewer.userId})`;
}

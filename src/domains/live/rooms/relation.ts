/** A user's relation to a room: the facts for admission and for the room's policy, in one read. */

import { type SQL, type SQLWrapper, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Relation, RoomUser } from '@/contracts/room';
import type { RoomSetup } from '@/contracts/room-command';
import { isRankEffective } from '@/domains/base/permissions/dormant';
import { staffCan, staffCanActOn } from '@/domains/base/permissions/permissions';
import { staff } from '@/domains/base/permissions/tables';
import { isActiveSession } from '@/domains/base/users/session-active';
import { users } from '@/domains/base/users/tables';
import { isBannedFrom, isModeratorOf } from '@/domains/base/visibility/channels';
import { followedSince, subscribes } from '@/domains/base/visibility/members';
import { blockedIdsOf, hidesViewerList, isActive, isAnonymous, isBlockBetween } from '@/domains/base/visibility/people';
import { channelBans } from '@/domains/live/channels/tables';
import { streamVideoRoom } from '@/domains/live/channels/video-room';
import { streams } from '@/domains/live/streams/tables';
import { roomCoHosts, roomSpeakers, userRooms } from '@/domains/live/user-rooms/tables';
import { supportThreads } from '@/domains/operations/support-chat/tables';
import { authSessions } from '@/domains/people/auth/tables';
import type { Permission, Rank, Staff } from '@/shared/actor';
import { mayDecideAsStaff } from './held-rules';
import { isLetIn } from './let-in';
import { channelWriters, roomBans, streamListeners } from './tables';

/** The columns for `deniedOf`. */
interface DeniedRow {
  banned: number;
  blocked: number;
  gone: number;
  /** Null also for a dormant rank. */
  rank: Rank | null;
  staffCountry: string | null;
  /** JSON lists of permissions. */
  granted: string | null;
  denied: string | null;
}

interface RelationRow extends DeniedRow {
  id: string;
  /** Null for a room without video. */
  videoRoom: string | null;
  username: string;
  displayName: string;
  avatarUrl: string | null;
  creator: number;
  moderator: number;
  /** Null if they do not follow. */
  followedAt: number | null;
  registeredAt: number;
  /** Only of a stream. */
  hasWritten?: number;
  viewersHidden?: number;
  subscriber: number;
  banReason: string | null;
  /** JSON; null if not requested. */
  blockedIds: string | null;
  verified: number;
  anonymous: number;
  /** Only of a stream; null if not requested. */
  isReturning?: number | null;
  /** Only in users' rooms. */
  roomMember?: number;
  speaker?: number;
}

/**
 * `denied`: why the user is kept out under any policy. Staff who oversee rooms are exempt from a block and a ban
 * (`mayStay`).
 */
export interface RoomRelation {
  readonly user: RoomUser;
  readonly denied: 'gone' | 'blocked' | 'banned' | null;
  /** The reason of their ban, if there is one. Only they may see it. */
  readonly banReason: string | null;
  /** The users they block, if requested. */
  readonly blockedIds: readonly string[];
  /** If requested: they watched an earlier stream of the creator for a minute or more. */
  readonly isReturning: boolean;
}

/** @param toJoin also reads what only joining needs. Returns undefined if the user or the room does not exist. */
export async function findRoomRelation(
  ctx: Pick<Context, 'db' | 'now'>,
  { roomId, kind = 'stream' }: { readonly roomId: string; readonly kind?: 'stream' | 'user' | undefined },
  userId: string,
  toJoin = false,
): Promise<RoomRelation | undefined> {
  const readAt = ctx.now();
  const read = { stream: relations, user: userRoomRelations }[kind];
  const [row] = await ctx.db.all<RelationRow>(read(roomId, sql`= ${userId}`, toJoin));
  return row && presentRelation(row, readAt);
}

export interface People {
  /** By user id; missing users have no entry. */
  readonly relations: ReadonlyMap<string, RoomRelation>;
  /** The given sessions that are active. */
  readonly activeSessions: ReadonlySet<string>;
  /** The room's video room, if it has one. */
  readonly videoRoom: string | undefined;
}

/** Reads many users and their sessions in one batch. The lists must fit into one request to D1. */
export async function findPeople(
  ctx: Pick<Context, 'db' | 'now'>,
  { roomId, kind }: Pick<RoomSetup, 'roomId' | 'kind'>,
  userIds: readonly string[],
  sessionIds: readonly string[],
): Promise<People> {
  const now = ctx.now();
  const who = sql`IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`;
  const isSupport = kind === 'support';
  const read = { stream: relations, user: userRoomRelations, support: supportRelations }[kind ?? 'stream'];
  const [rows, sessions] = await ctx.db.batch([
    ctx.db.all<RelationRow>(read(roomId, who)),
    ctx.db.all<{ id: string }>(sql`
      SELECT session.id FROM json_each(${JSON.stringify(sessionIds)}) AS asked
      CROSS JOIN ${authSessions} AS session ON session.id = asked.value WHERE ${isActiveSession(now)}`),
  ]);
  return {
    relations: new Map(
      rows.map((row) => [row.id, isSupport ? presentSupportRelation(row, now) : presentRelation(row, now)]),
    ),
    activeSessions: new Set(sessions.map(({ id }) => id)),
    videoRoom: rows[0]?.videoRoom ?? undefined,
  };
}

/** For a batch of reads; pass its rows to `roomRelationOf`. */
export function roomRelationQuery(
  ctx: Pick<Context, 'db'>,
  { roomId, kind }: { readonly roomId: string; readonly kind: 'stream' | 'user' },
  userId: string,
) {
  const read = { stream: relations, user: userRoomRelations }[kind];
  return ctx.db.all<RelationRow>(read(roomId, sql`= ${userId}`));
}

/** Kept for a year, see `stream_listeners`. */
const hasListened = sql`EXISTS (
  SELECT 1 FROM ${streamListeners} l WHERE l.user_id = users.id AND l.creator_id = streams.creator_id)`;

function relations(roomId: string, who: SQL, toJoin = false): SQL {
  return sql`
    SELECT users.id, ${streamVideoRoom} AS videoRoom, users.username,
      users.display_name AS displayName, users.avatar_url AS avatarUrl,
      streams.creator_id = users.id AS creator,
      ${isModeratorOf(streams.channelId, users.id)} AS moderator,
      ${followedSince(users.id, streams.creatorId)} AS followedAt, users.created_at AS registeredAt,
      EXISTS (SELECT 1 FROM ${channelWriters} w
        WHERE w.user_id = users.id AND w.creator_id = streams.creator_id) AS hasWritten,
      (NOT ${streams.showViewers} OR ${hidesViewerList(streams.creatorId)}) AS viewersHidden,
      ${subscribes(users.id, streams.creatorId)} AS subscriber,
      (SELECT reason FROM ${channelBans} b WHERE b.channel_id = streams.channel_id AND b.user_id = users.id) AS banReason,
      ${toJoin ? blockedIdsOf(users.id) : sql`NULL`} AS blockedIds,
      ${toJoin ? hasListened : sql`NULL`} AS isReturning,
      users.email_verified_at IS NOT NULL AS verified,
      ${deniedColumns(streams.channelId, streams.creatorId)}
    FROM ${streams} CROSS JOIN ${users} ON users.id ${who}
    WHERE streams.id = ${roomId}`;
}

/** Co-hosts moderate. A room that staff look at lets in nobody but its host. */
function userRoomRelations(roomId: string, who: SQL, toJoin = false): SQL {
  const isIn = (table: SQLWrapper) =>
    sql`EXISTS (SELECT 1 FROM ${table} role WHERE role.room_id = user_rooms.id AND role.user_id = users.id)`;
  return sql`
    SELECT users.id, user_rooms.id AS videoRoom, users.username, users.display_name AS displayName,
      users.avatar_url AS avatarUrl, user_rooms.host_id = users.id AS creator, ${isIn(roomCoHosts)} AS moderator,
      NULL AS followedAt, users.created_at AS registeredAt, 0 AS subscriber,
      ${isLetIn(users.id)} AS roomMember,
      ${isIn(roomSpeakers)} AS speaker,
      (SELECT reason FROM ${roomBans} b WHERE b.room_id = user_rooms.id AND b.user_id = users.id) AS banReason,
      ${toJoin ? blockedIdsOf(users.id) : sql`NULL`} AS blockedIds,
      users.email_verified_at IS NOT NULL AS verified, ${isIn(roomBans)} AS banned,
      ${isBlockBetween(users.id, userRooms.hostId)} AS blocked, ${accountColumns}
    FROM ${userRooms} CROSS JOIN ${users} ON users.id ${who}
    WHERE user_rooms.id = ${roomId}`;
}

/** The relation to a support room. Undefined if the user or the thread does not exist. */
export async function findSupportRelation(
  ctx: Pick<Context, 'db' | 'now'>,
  threadId: string,
  userId: string,
): Promise<RoomRelation | undefined> {
  const readAt = ctx.now();
  const [row] = await ctx.db.all<SupportRelationRow>(supportRelations(threadId, sql`= ${userId}`));
  return row && presentSupportRelation(row, readAt);
}

interface SupportRelationRow extends RelationRow {
  /** Where the thread's user lives. */
  country?: string | null;
}

/** Blocks and channels' bans have no meaning here: staff see past blocks. */
function supportRelations(threadId: string, who: SQL): SQL {
  return sql`
    SELECT users.id, NULL AS videoRoom, users.username, users.display_name AS displayName,
      users.avatar_url AS avatarUrl, ${supportThreads.userId} = users.id AS creator, 0 AS moderator, NULL AS followedAt,
      users.created_at AS registeredAt, 0 AS subscriber, NULL AS banReason, NULL AS blockedIds, users.email_verified_at IS NOT NULL AS verified,
      0 AS banned, 0 AS blocked, (SELECT country FROM ${users} helped WHERE helped.id = ${supportThreads.userId}) AS country,
      ${accountColumns}
    FROM ${supportThreads} CROSS JOIN ${users} ON users.id ${who}
    WHERE ${supportThreads.id} = ${threadId}`;
}

/** `moderator`: staff who may answer this user. */
function presentSupportRelation(row: SupportRelationRow, readAt: number): RoomRelation {
  const relation = presentRelation(row, readAt);
  const { oversees: _, ...standing } = relation.user.standing;
  const staff = staffOf(row);
  const isInReach = staff !== null && staffCanActOn(staff, { rank: null, country: row.country ?? null });
  const moderator = isInReach && staffCan(staff, 'canManageTickets');
  return { ...relation, user: { ...relation.user, standing: { ...standing, moderator, subscriber: false } } };
}

/** For a SELECT that has `users` in it. An unverified account enters as a guest, so its user id counts as gone. */
function deniedColumns(channelId: SQLWrapper, creatorId: SQLWrapper): SQL {
  return sql`
    ${isBannedFrom(channelId, users.id)} AS banned,
    ${isBlockBetween(users.id, creatorId)} AS blocked,
    ${accountColumns}`;
}

const accountColumns = sql`
  (NOT ${isActive()} OR users.email_verified_at IS NULL) AS gone,
  (SELECT rank FROM ${staff} WHERE staff.user_id = users.id AND ${isRankEffective()}) AS rank,
  (SELECT country FROM ${staff} WHERE staff.user_id = users.id) AS staffCountry,
  (SELECT granted FROM ${staff} WHERE staff.user_id = users.id) AS granted,
  (SELECT denied FROM ${staff} WHERE staff.user_id = users.id) AS denied,
  ${isAnonymous(users.id)} AS anonymous`;

function deniedOf({ gone, blocked, banned }: DeniedRow): RoomRelation['denied'] {
  if (gone === 1) return 'gone';
  return blocked === 1 ? 'blocked' : banned === 1 ? 'banned' : null;
}

function staffOf({ rank, granted, denied, staffCountry: country }: DeniedRow): Staff | null {
  const listed = (list: string | null): Permission[] => JSON.parse(list ?? '[]') as Permission[]; // as they were written
  return rank && { rank, granted: listed(granted), denied: listed(denied), country };
}

/** Null if they are no staff. */
export async function findStaff({ db }: Pick<Context, 'db'>, userId: string): Promise<Staff | null> {
  const row = await db.get<DeniedRow | undefined>(sql`
    SELECT ${accountColumns}, 0 AS banned, 0 AS blocked FROM ${users} WHERE users.id = ${userId}`);
  return row && row.gone === 0 ? staffOf(row) : null;
}

function overseesRooms(row: DeniedRow): boolean {
  const staff = staffOf(row);
  return staffCan(staff, 'canKickUsers') || staffCan(staff, 'canReviewReports');
}

function decidesOnHeld(row: DeniedRow): boolean {
  return mayDecideAsStaff(staffOf(row));
}

export function roomRelationOf(ctx: Pick<Context, 'now'>, [row]: readonly RelationRow[]): RoomRelation | undefined {
  return row && presentRelation(row, ctx.now());
}

/** @param readAt before the read, so that changes made meanwhile do not count as known */
function presentRelation(row: RelationRow, readAt: number): RoomRelation {
  const { id, username, displayName, avatarUrl, rank } = row;
  const standing: Relation = {
    creator: row.creator === 1,
    moderator: row.moderator === 1,
    rank,
    follower: row.followedAt !== null,
    ...(row.followedAt === null ? {} : { followedAt: row.followedAt }),
    registeredAt: row.registeredAt,
    ...(row.hasWritten === 1 ? { hasWritten: true } : {}),
    subscriber: row.creator === 1 || row.subscriber === 1,
    verified: row.verified === 1,
    ...(row.roomMember === 1 ? { roomMember: true } : {}),
    ...(row.speaker === 1 ? { speaker: true } : {}),
    ...((row.anonymous === 1 || row.viewersHidden === 1) && row.creator !== 1 ? { anonymous: true } : {}),
    ...(overseesRooms(row) ? { oversees: true } : {}),
    ...(decidesOnHeld(row) ? { decides: true } : {}),
    readAt,
  };
  return {
    user: { kind: 'user', id, username, displayName, avatarUrl, standing },
    denied: deniedOf(row),
    banReason: row.banReason,
    // Staff see past blocks, including their own.
    blockedIds: row.blockedIds === null || rank ? [] : (JSON.parse(row.blockedIds) as string[]), // blockedIdsOf
    isReturning: row.isReturning === 1,
  };
}

/**
 * One page about a user, for staff who may act on them: status, decisions, reports, sanctions, accounts of the same
 * address, devices and notes. Each reading is in the staff log, since it shows what links people.
 */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { type DecisionRow, decisions } from '@/domains/base/decisions/tables';
import { logStaff } from '@/domains/base/permissions/log';
import { staff } from '@/domains/base/permissions/tables';
import { cardColumns, presentCard, presentUser } from '@/domains/base/users/present';
import { isActiveSession } from '@/domains/base/users/session-active';
import { statusOf } from '@/domains/base/users/status';
import { users } from '@/domains/base/users/tables';
import { channelBans, channels } from '@/domains/live/channels/tables';
import { staffError } from '@/domains/operations/staff/errors';
import { authSessions } from '@/domains/people/auth/tables';
import type { Actor } from '@/shared/actor';
import { DAY_MS, toIso, toIsoOrNull } from '@/shared/time';
import { notesQuery, presentNote } from './notes';
import { requireReach } from './reach';
import { reportCountsQuery } from './report-counts';
import type { AdminUser } from './schemas';

const DECISIONS_SHOWN = 50;
const SANCTIONS_SHOWN = 20;
const SAME_ADDRESS_SHOWN = 20;
const DEVICES_SHOWN = 10;
/** Addresses of older sessions may have passed to somebody else. */
const ADDRESS_RECENT_MS = 30 * DAY_MS;
/** The user's own addresses that are compared, and the sessions that are looked at from each. */
const ADDRESSES_COMPARED = 5;
const SESSIONS_COMPARED = 200;

/** Throws STAFF_USER_NOT_FOUND, STAFF_OUT_OF_REACH. */
export async function readUser(ctx: Context, actor: Actor, userId: string): Promise<z.input<typeof AdminUser>> {
  const [found, [history, [counts], [reported], sanctions, sameAddress, devices, notes]] = await Promise.all([
    ctx.db
      .select({ user: users, rank: staff.rank })
      .from(users)
      .leftJoin(staff, eq(staff.userId, users.id))
      .where(and(eq(users.id, userId), sql`users.status <> 'deleted'`))
      .get(),
    ctx.db.batch([
      ctx.db
        .select()
        .from(decisions)
        .where(eq(decisions.subjectId, userId))
        .orderBy(desc(decisions.id))
        .limit(DECISIONS_SHOWN),
      ctx.db.all<{ warnings: number; reason: string | null }>(sql`
        SELECT (SELECT count(*) FROM ${decisions} WHERE subject_id = ${userId} AND action = 'warn'
          AND reversed_at IS NULL) AS warnings,
          (SELECT reason FROM ${decisions} WHERE id = (SELECT ban_decision_id FROM ${users} WHERE id = ${userId})) AS reason`),
      reportCountsQuery(ctx, userId),
      sanctionsQuery(ctx, userId),
      sameAddressQuery(ctx, userId),
      devicesQuery(ctx, userId),
      notesQuery(ctx, userId),
    ]),
  ]);
  if (!found) throw staffError('STAFF_USER_NOT_FOUND');
  const { user, rank } = found;
  requireReach(actor, { userId, rank, country: user.country });
  await commit(ctx, [
    logStaff(ctx, {
      staffId: actor.userId,
      action: 'user.read',
      targetType: 'user',
      targetId: userId,
      subjectId: userId,
    }),
  ]);
  return {
    ...presentUser(user, rank === null ? null : { rank }),
    status: statusOf(user),
    until: toIsoOrNull(user.bannedUntil),
    reason: counts?.reason ?? null,
    since: toIsoOrNull(user.bannedAt),
    deletesAt: toIsoOrNull(user.deletesAt),
    statusHistory: history.map(presentDecided),
    reports: reported ?? { against: 0, upheld: 0, made: 0 },
    warnings: counts?.warnings ?? 0,
    sanctions: sanctions.map(({ channelId, reason, bannedAt, ...creator }) => {
      return { channelId, creator: presentCard(creator), reason, at: toIso(bannedAt) };
    }),
    sameAddress: sameAddress.map(presentCard),
    devices: devices.map(({ active, ...device }) => ({
      userAgent: device.userAgent,
      createdAt: toIso(device.createdAt),
      lastSeenAt: toIso(device.lastSeenAt),
      active: active === 1,
    })),
    notes: notes.map(presentNote),
  };
}

/** As staff see it: also who decided. */
function presentDecided(row: DecisionRow) {
  const { id, action, rule, reason, staffId, targetType, targetId, streamId } = row;
  return {
    ...{ id, action, rule, reason, staffId },
    target: { type: targetType, id: targetId, streamId },
    until: toIsoOrNull(row.until),
    at: toIso(row.createdAt),
    reversedAt: toIsoOrNull(row.reversedAt),
  };
}

function sanctionsQuery(ctx: Context, userId: string) {
  return ctx.db
    .select({
      ...cardColumns,
      channelId: channelBans.channelId,
      reason: channelBans.reason,
      bannedAt: channelBans.createdAt,
    })
    .from(channelBans)
    .innerJoin(channels, eq(channels.id, channelBans.channelId))
    .innerJoin(users, eq(users.id, channels.creatorId))
    .where(eq(channelBans.userId, userId))
    .orderBy(desc(channelBans.createdAt))
    .limit(SANCTIONS_SHOWN);
}

/** Bounded by sessions, since thousands can share the address of a carrier. */
function sameAddressQuery(ctx: Context, userId: string) {
  const since = ctx.now() - ADDRESS_RECENT_MS;
  const own = sql`SELECT DISTINCT address_hash FROM ${authSessions}
    WHERE user_id = ${userId} AND address_hash IS NOT NULL AND last_seen_at > ${since}
    LIMIT ${literal(ADDRESSES_COMPARED)}`;
  const others = sql`SELECT DISTINCT user_id FROM (
    SELECT session.user_id FROM (${own}) AS own
    CROSS JOIN ${authSessions} AS session ON session.address_hash = own.address_hash
    WHERE session.last_seen_at > ${since} AND session.user_id <> ${userId} LIMIT ${literal(SESSIONS_COMPARED)})`;
  return ctx.db
    .select(cardColumns)
    .from(users)
    .where(sql`users.id IN (${others}) AND users.status <> 'deleted'`)
    .orderBy(desc(users.id))
    .limit(SAME_ADDRESS_SHOWN);
}

function devicesQuery(ctx: Context, userId: string) {
  return ctx.db
    .select({
      userAgent: authSessions.userAgent,
      createdAt: authSessions.createdAt,
      lastSeenAt: authSessions.lastSeenAt,
      active: sql<number>`(${isActiveSession(ctx.now(), sql`auth_sessions`)})`.as('is_active'),
    })
    .from(authSessions)
    .where(eq(authSessions.userId, userId))
    .orderBy(desc(authSessions.createdAt))
    .limit(DEVICES_SHOWN);
}

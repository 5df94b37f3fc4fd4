/** A user's rank: writes it, and checks it again in the batch of an action that was authorised by it. */
import { eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { requireThat } from '@/db/commit';
import type { Actor, Staff } from '@/shared/actor';
import { staff } from './tables';

/** @param rank null: removes it */
export function setRank(ctx: Context, userId: string, rank: Staff | null): Statement {
  if (!rank) return ctx.db.delete(staff).where(eq(staff.userId, userId));
  const now = ctx.now();
  const values = {
    rank: rank.rank,
    granted: [...rank.granted],
    denied: [...rank.denied],
    country: rank.country,
    updatedAt: now,
  };
  return ctx.db
    .insert(staff)
    .values({ userId, ...values, createdAt: now })
    .onConflictDoUpdate({ target: staff.userId, set: values });
}

/** Whether the user has exactly this rank, with these permissions. @param rank null: none */
export function hasRank(userId: string, rank: Staff | null): SQL {
  if (!rank) return sql`NOT EXISTS (SELECT 1 FROM ${staff} WHERE ${staff.userId} = ${userId})`;
  return sql`EXISTS (SELECT 1 FROM ${staff} WHERE ${staff.userId} = ${userId} AND ${staff.rank} = ${rank.rank}
    AND ${staff.granted} = ${JSON.stringify(rank.granted)} AND ${staff.denied} = ${JSON.stringify(rank.denied)}
    AND ${staff.country} IS ${rank.country})`;
}

/**
 * For the batch of a write that staff make by their rank: it aborts with DEMAND_NOT_MET if the rank or a permission
 * changed since the request began.
 */
export function requireStaff(ctx: Pick<Context, 'db'>, { userId, staff: rank }: Pick<Actor, 'userId' | 'staff'>) {
  return requireThat(ctx, hasRank(userId, rank));
}

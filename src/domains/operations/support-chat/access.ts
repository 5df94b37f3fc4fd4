/**
 * Finds the thread that a caller may use: their own, or as staff with `canManageTickets` another user's. A country admin
 * reaches users of their country. Blocks do not matter here.
 */

import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { staffCan } from '@/domains/base/permissions/permissions';
import { isSeenBy } from '@/domains/base/permissions/reach';
import { users } from '@/domains/base/users/tables';
import type { Actor } from '@/shared/actor';
import { newId } from '@/shared/ids';
import { supportChatError } from './errors';
import { supportMessages, supportThreads } from './tables';

export interface Access {
  readonly threadId: string;
  /** Whose chat it is. */
  readonly userId: string;
  /** Whether the caller writes and reads as the user or as staff. */
  readonly side: 'user' | 'staff';
}

/** The caller's own thread, which is made if there is none, or the one they name. Throws THREAD_NOT_FOUND. */
export async function getThread(ctx: Context, actor: Actor, threadId: string | undefined): Promise<Access> {
  const [, rows] = await ctx.db.batch([
    threadId === undefined ? makeThread(ctx, actor.userId) : ctx.db.run(sql`SELECT 1`),
    threadQuery(ctx, actor, threadId),
  ]);
  return accessOf(actor, rows) ?? refuse();
}

/** Undefined if the caller has not written yet. Throws THREAD_NOT_FOUND for a thread that they name. */
export async function findThread(
  ctx: Context,
  actor: Actor,
  threadId: string | undefined,
): Promise<Access | undefined> {
  return accessOf(actor, await threadQuery(ctx, actor, threadId)) ?? (threadId === undefined ? undefined : refuse());
}

/** A message in a thread that the caller may use. */
export async function findMessage(
  ctx: Context,
  actor: Actor,
  messageId: string,
): Promise<{ readonly access: Access; readonly number: number } | undefined> {
  const row = await ctx.db
    .select({ threadId: supportThreads.id, userId: supportThreads.userId, number: supportMessages.number })
    .from(supportMessages)
    .innerJoin(supportThreads, eq(supportThreads.id, supportMessages.threadId))
    .innerJoin(users, eq(users.id, supportThreads.userId))
    .where(and(eq(supportMessages.id, messageId), isOwnOrInReach(actor)))
    .get();
  const access = row && accessOf(actor, [row]);
  return access && { access, number: row.number };
}

/** True for threads that this caller may see as staff, for a SELECT that has `users` in it. */
export function isInReach(actor: Actor): SQL | undefined {
  return staffCan(actor.staff, 'canManageTickets') ? isSeenBy(actor) : sql`false`;
}

function makeThread(ctx: Context, userId: string) {
  const now = ctx.now();
  return ctx.db
    .insert(supportThreads)
    .values({ id: newId(), userId, lastMessageAt: now, createdAt: now })
    .onConflictDoNothing();
}

function threadQuery(ctx: Context, actor: Actor, threadId: string | undefined) {
  return ctx.db
    .select({ threadId: supportThreads.id, userId: supportThreads.userId })
    .from(supportThreads)
    .innerJoin(users, eq(users.id, supportThreads.userId))
    .where(
      threadId === undefined
        ? eq(supportThreads.userId, actor.userId)
        : and(eq(supportThreads.id, threadId), isOwnOrInReach(actor)),
    );
}

function isOwnOrInReach(actor: Actor): SQL {
  return sql`(${eq(supportThreads.userId, actor.userId)} OR ${isInReach(actor) ?? sql`true`})`;
}

function accessOf(
  actor: Actor,
  [row]: readonly { readonly threadId: string; readonly userId: string }[],
): Access | undefined {
  return row && { threadId: row.threadId, userId: row.userId, side: row.userId === actor.userId ? 'user' : 'staff' };
}

function refuse(): never {
  throw supportChatError('THREAD_NOT_FOUND');
}

/** Raised hands and invitations: the first of the two consents that bring someone on a stage. */
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { cardColumnsFor, presentCard, type Reader } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { toIso } from '@/shared/time';
import { stageRequests } from './tables';

/** More than anyone reads, and than hosts let wait. */
const HANDS_LISTED_MAX = 200;

export type RequestKind = 'hand' | 'invite';

export async function findRequest(ctx: Context, roomId: string, userId: string): Promise<RequestKind | undefined> {
  const row = await ctx.db.select({ kind: stageRequests.kind }).from(stageRequests).where(isOf(roomId, userId)).get();
  return row?.kind;
}

/** Returns a row if it is new. One that stands stays as it is, and keeps its place in the queue. */
export function addRequest(
  ctx: Context,
  request: { readonly roomId: string; readonly userId: string; readonly kind: RequestKind; readonly byId: string },
) {
  return ctx.db
    .insert(stageRequests)
    .values({ ...request, createdAt: ctx.now() })
    .onConflictDoNothing()
    .returning({ userId: stageRequests.userId });
}

/** Returns a row if there was one. */
export function dropRequest(ctx: Context, roomId: string, userId: string, kind: RequestKind) {
  return ctx.db
    .delete(stageRequests)
    .where(and(isOf(roomId, userId), eq(stageRequests.kind, kind)))
    .returning({ userId: stageRequests.userId });
}

export interface DroppedRequest {
  readonly userId: string;
  readonly kind: RequestKind;
}

/** Any number of users. Returns a `DroppedRequest` for each request that there was. */
export function dropRequestsOf(ctx: Pick<Context, 'db'>, roomId: string, userIds: readonly string[]) {
  const these = sql`${stageRequests.userId} IN (SELECT value FROM json_each(${JSON.stringify(userIds)}))`;
  return ctx.db
    .delete(stageRequests)
    .where(and(eq(stageRequests.roomId, roomId), these))
    .returning({ userId: stageRequests.userId, kind: stageRequests.kind });
}

/** The raised hands in the order of the queue. */
export async function listHands(ctx: Context, roomId: string, reader: Reader) {
  const rows = await ctx.db
    .select({ card: cardColumnsFor(reader), at: stageRequests.createdAt })
    .from(stageRequests)
    .innerJoin(users, eq(users.id, stageRequests.userId))
    .where(and(eq(stageRequests.roomId, roomId), eq(stageRequests.kind, 'hand')))
    .orderBy(asc(stageRequests.createdAt), asc(stageRequests.userId))
    .limit(HANDS_LISTED_MAX);
  return rows.map(({ card, at }) => ({ ...presentCard(card), at: toIso(at) }));
}

function isOf(roomId: string, userId: string) {
  return and(eq(stageRequests.roomId, roomId), eq(stageRequests.userId, userId));
}

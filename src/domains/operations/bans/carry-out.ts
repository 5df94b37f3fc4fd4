/**
 * Carries out a change of a user's status wherever it reaches beyond the batch. It follows the status that is true when
 * it runs, so it may run twice, late, and after another change.
 */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { EventOf } from '@/contracts/jobs';
import { users } from '@/domains/base/users/tables';
import { banFromLastRooms, letBackIntoLastRooms } from '@/domains/live/rooms/account-ban';
import { endStream } from '@/domains/live/streams/end-stream';
import { streams } from '@/domains/live/streams/tables';
import { closeHostedRooms } from '@/domains/live/user-rooms/forget';
import { resumePayouts, stopPayouts } from '@/domains/money/payouts/stop';
import { reviewSubscriptions } from '@/domains/money/subscriptions/withdraw';
import { AppError } from '@/http/errors';
import { en } from '@/texts/en';

/** What the creator reads about a payout that was stopped. */
const BECAUSE_BANNED = en.reasons.banned;

/** Every step starts, whichever fails: the outbox then repeats them all. */
export async function carryOutStatus(
  ctx: Context,
  eventId: string,
  { userId }: EventOf<'status-changed'>,
): Promise<void> {
  const user = await ctx.db
    .select({ status: users.status, bannedAt: users.bannedAt })
    .from(users)
    .where(eq(users.id, userId))
    .get();
  if (!user || user.status === 'deleted') return; // its end does all of this, and more
  if (user.status === 'active') {
    await Promise.all([
      letBackIntoLastRooms(ctx, eventId, userId),
      resumePayouts(ctx, userId),
      reviewSubscriptions(ctx, userId),
    ]);
    return;
  }
  await Promise.all([
    endLiveStream(ctx, userId),
    closeRoomsHosted(ctx, userId),
    banFromLastRooms(ctx, eventId, { userId, bannedAt: user.bannedAt ?? ctx.now() }),
    stopPayouts(ctx, userId, BECAUSE_BANNED),
    reviewSubscriptions(ctx, userId),
  ]);
}

async function closeRoomsHosted(ctx: Context, userId: string): Promise<void> {
  while ((await closeHostedRooms(ctx, userId)) > 0);
}

async function endLiveStream(ctx: Context, userId: string): Promise<void> {
  const live = await ctx.db
    .select({ id: streams.id })
    .from(streams)
    .where(and(eq(streams.creatorId, userId), eq(streams.status, 'live')))
    .get();
  if (!live) return;
  try {
    await endStream(ctx, live.id, 'staff');
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'STREAM_NOT_LIVE') throw error;
  }
}

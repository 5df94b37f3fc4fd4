/** The moderators of a creator's rooms. */
import { and, asc, eq, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { noticeTo } from '@/contracts/notification-data';
import { commit, requireThat } from '@/db/commit';
import { withdrawGroup } from '@/domains/base/notifications/withdraw';
import { cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { isActive, noBlockBetween } from '@/domains/base/visibility/people';
import { channels, moderators } from '@/domains/live/channels/tables';
import { addModerator, dropModerator } from '@/domains/live/channels/write';
import { relationChanged } from '@/domains/live/rooms/open-rooms';
import { ownChannelState } from '@/domains/live/streams/channel-state';
import { limitAndOffset, type PageQuery, presentPage } from '@/http/envelope';
import { toIso } from '@/shared/time';
import { studioError } from './errors';

const MODERATORS_MAX = 100;

/** Idempotent. Throws MODERATOR_NOT_POSSIBLE, USER_NOT_FOUND, TOO_MANY_MODERATORS. */
export async function nameModerator(ctx: Context, creatorId: string, userId: string): Promise<void> {
  if (userId === creatorId) throw studioError('MODERATOR_NOT_POSSIBLE');
  const user = await ctx.db
    .select({ id: users.id })
    .from(users)
    .where(and(eq(users.id, userId), isActive(), noBlockBetween(creatorId, users.id)))
    .get();
  if (!user) throw studioError('USER_NOT_FOUND');
  const state = await ownChannelState(ctx, creatorId);
  const channelId = state.channel.id;
  const ofChannel = sql`(SELECT count(*) FROM ${moderators} WHERE channel_id = ${channelId})`;
  await commit(ctx, [addModerator(ctx, channelId, userId), requireThat(ctx, sql`${ofChannel} <= ${MODERATORS_MAX}`)], {
    events: [...(await relationChanged(ctx, { userId, creatorId })), named(userId, creatorId)],
    refusals: { DEMAND_NOT_MET: () => studioError('TOO_MANY_MODERATORS') },
  });
}

function named(userId: string, creatorId: string): OutboxEvent {
  return noticeTo(
    userId,
    'moderator-named',
    { creatorId },
    { gather: { group: moderatorGroup(creatorId), actorId: creatorId } },
  );
}

function moderatorGroup(creatorId: string): string {
  return `moderator:${creatorId}`;
}

/** Removing a user who is not a moderator is a no-op. Throws USER_NOT_FOUND. */
export async function removeModerator(ctx: Context, creatorId: string, userId: string): Promise<void> {
  const user = await ctx.db.select({ id: users.id }).from(users).where(eq(users.id, userId)).get();
  if (!user) throw studioError('USER_NOT_FOUND');
  const state = await ownChannelState(ctx, creatorId);
  const withdrawal = withdrawGroup(ctx, sql`${userId}`, moderatorGroup(creatorId));
  await commit(ctx, [dropModerator(ctx, state.channel.id, userId), withdrawal], {
    events: await relationChanged(ctx, { userId, creatorId }),
  });
}

/** Leaves out deleted accounts. */
export async function listModerators(ctx: Context, creatorId: string, query: PageQuery) {
  const { limit, offset } = limitAndOffset(query);
  const named = and(eq(channels.creatorId, creatorId), isActive());
  // NOTE: not a batch: D1 returns batch rows as objects, so columns with the same name collide.
  const [rows, [total]] = await Promise.all([
    ctx.db
      .select({ card: cardColumnsFor({ userId: creatorId }), since: moderators.createdAt })
      .from(moderators)
      .innerJoin(channels, eq(channels.id, moderators.channelId))
      .innerJoin(users, eq(users.id, moderators.userId))
      .where(named)
      .orderBy(asc(moderators.userId))
      .limit(limit)
      .offset(offset),
    ctx.db
      .select({ count: sql<number>`count(*)` })
      .from(moderators)
      .innerJoin(channels, eq(channels.id, moderators.channelId))
      .innerJoin(users, eq(users.id, moderators.userId))
      .where(named),
  ]);
  const items = rows.map(({ card, since }) => ({ ...presentCard(card), since: toIso(since) }));
  return presentPage(items, total?.count ?? 0, query);
}

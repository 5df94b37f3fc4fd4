/**
 * The members from whom newly blocked countries hide a performer: users who say that they live there. A user may be
 * elsewhere, and says no region of a country, so a region alone counts nobody. Users without a country count nowhere.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { OutboxEvent, TaskMessage } from '@/contracts/messages';
import { commit } from '@/db/commit';
import { literal } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { isOpenSubscription } from '@/domains/base/visibility/members';
import { hiddenIn } from '@/domains/base/visibility/regions';
import { subscriptions } from '@/domains/money/subscriptions/tables';
import { blockedRegions, follows } from '@/domains/people/social/tables';

/** Only as many of the newest followers and subscribers are looked at, so the count of a larger crowd is a least one. */
const COUNTED_MAX = 10_000;
const SUBSCRIPTIONS_A_PAGE = 200;

interface Hidden {
  readonly followers: number;
  readonly subscribers: number;
  readonly isCapped: number;
}

/** For a batch of reads. @param regions the new list; regions that are blocked already count nobody */
export function hiddenMembersQuery(ctx: Context, creatorId: string, regions: readonly string[]) {
  const isNewlyHidden = sql`member.country IN (SELECT value FROM json_each(${JSON.stringify(regions)}))
    AND member.country NOT IN (SELECT region FROM ${blockedRegions} WHERE creator_id = ${creatorId})`;
  const max = regions.length === 0 ? 0 : COUNTED_MAX;
  const followers = sql`SELECT follower_id AS id FROM ${follows} WHERE creator_id = ${creatorId}
    ORDER BY created_at DESC LIMIT ${literal(max)}`;
  const subscribers = sql`SELECT subscriber_id AS id FROM ${subscriptions}
    WHERE creator_id = ${creatorId} AND ${isOpenSubscription()} ORDER BY ${subscriptions.id} DESC LIMIT ${literal(max)}`;
  const count = (members: typeof followers) => sql`(SELECT count(*) FROM (${members}) AS recent
    CROSS JOIN ${users} AS member ON member.id = recent.id WHERE ${isNewlyHidden})`;
  return ctx.db.all<Hidden>(sql`
    SELECT ${count(followers)} AS followers, ${count(subscribers)} AS subscribers,
      (SELECT count(*) FROM (${followers})) = ${literal(COUNTED_MAX)} AS isCapped`);
}

/** `atLeast`: there are more members than were looked at. */
export function presentHidden({ followers, subscribers, isCapped }: Hidden) {
  return { followers, subscribers, ...(isCapped === 1 ? { atLeast: true } : {}) };
}

/**
 * Ends the subscriptions of those who live where the creator is hidden, a page at a time; the sweep of renewals gives
 * the unused days back. Safe to repeat and to come late: it looks at what is hidden then.
 */
export async function endHiddenSubscriptions(
  ctx: Context,
  { creatorId, after }: Extract<TaskMessage, { type: 'end-hidden-subscriptions' }>,
): Promise<void> {
  const rows = await ctx.db.all<{ id: string; subscriberId: string; isHidden: number }>(sql`
    SELECT page.id, page.subscriber_id AS subscriberId,
      ${hiddenIn({ country: sql`member.country`, region: null }, sql`${creatorId}`)} AS isHidden
    FROM (SELECT id, subscriber_id FROM ${subscriptions}
      WHERE creator_id = ${creatorId} AND ${isOpenSubscription()} AND id > ${after ?? ''}
      ORDER BY id LIMIT ${literal(SUBSCRIPTIONS_A_PAGE)}) AS page
    CROSS JOIN ${users} AS member ON member.id = page.subscriber_id
    ORDER BY page.id`);
  const events: OutboxEvent[] = rows.flatMap(({ subscriberId, isHidden }) =>
    isHidden === 1 ? [{ kind: 'creator-withdrew', creatorId, subscriberId }] : [],
  );
  const last = rows.at(-1);
  if (last && rows.length === SUBSCRIPTIONS_A_PAGE)
    events.push({ kind: 'task', task: { type: 'end-hidden-subscriptions', creatorId, after: last.id } });
  if (events.length > 0) await commit(ctx, [], { events, evenIfUnchanged: true });
}

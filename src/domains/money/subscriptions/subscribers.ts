/** A creator's subscribers: those who still have their month, and those whose subscription ended. */
import type { z } from '@hono/zod-openapi';
import { and, desc, eq, lt, type SQL, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { type CardRow, cardColumnsFor, presentCard } from '@/domains/base/users/present';
import { users } from '@/domains/base/users/tables';
import { isOpenSubscription } from '@/domains/base/visibility/members';
import { userNamedTo } from '@/domains/base/visibility/people';
import { presentTier } from '@/domains/people/creators/tiers';
import { csvResponse } from '@/http/csv';
import { decodeCursor, encodeCursor, presentCursorPage } from '@/http/envelope';
import type { Actor } from '@/shared/actor';
import { toIso } from '@/shared/time';
import { presentDates } from './present';
import { CursorPosition, type Subscriber, type SubscribersQuery } from './schemas';
import { type SubscriptionRow, subscriptions, subscriptionTiers, type TierRow } from './tables';

const LIST = 'subscribers';
const CSV_PAGE_ROWS = 1_000;
const CSV_HEADER = [
  ...['id', 'username', 'displayName', 'tier', 'coinsPerMonth', 'status', 'cancelled', 'paused', 'months'],
  ...['startedAt', 'periodEndsAt', 'renewsAt', 'endsAt'],
];

type Query = z.output<typeof SubscribersQuery>;

/** Newest first. Throws CURSOR_INVALID. */
export async function listSubscribers(ctx: Context, creator: Actor, { status, cursor, perPage }: Query) {
  const list = `${LIST} ${status}`;
  const before = cursor === undefined ? undefined : decodeCursor(list, CursorPosition, cursor)[0];
  const rows = await subscribersQuery(ctx, creator, status, before).limit(perPage + 1);
  return presentCursorPage(rows, perPage, presentSubscriber, ({ row }) => encodeCursor(list, [row.id]));
}

/** The whole list as a file, newest first. */
export function exportSubscribers(ctx: Context, creator: Actor, { status }: Query): Response {
  return csvResponse('subscribers.csv', CSV_HEADER, csvPages(ctx, creator, status));
}

async function* csvPages(ctx: Context, creator: Actor, status: Query['status']) {
  for (let before: string | undefined; ; ) {
    const rows = await subscribersQuery(ctx, creator, status, before).limit(CSV_PAGE_ROWS);
    yield rows.map((found) => {
      const { id, subscriber, tier, coinsPerMonth, months, ...rest } = presentSubscriber(found);
      return [
        ...[id, subscriber?.username ?? null, subscriber?.displayName ?? null, tier.name, coinsPerMonth, rest.status],
        ...[String(rest.cancelled), String(rest.paused), months, rest.startedAt, rest.periodEndsAt],
        ...[rest.renewsAt, rest.endsAt],
      ];
    });
    if (rows.length < CSV_PAGE_ROWS) return;
    before = rows.at(-1)?.row.id;
  }
}

/** A subscriber whom the creator cannot see stays in the list, since they pay, but without a card. */
function subscribersQuery(ctx: Context, creator: Actor, status: Query['status'], before: string | undefined) {
  return ctx.db
    .select({ row: subscriptions, tier: subscriptionTiers, subscriber: cardColumnsFor(creator) })
    .from(subscriptions)
    .innerJoin(subscriptionTiers, eq(subscriptionTiers.id, subscriptions.tierId))
    .leftJoin(users, and(eq(users.id, subscriptions.subscriberId), userNamedTo(creator)))
    .where(
      and(
        eq(subscriptions.creatorId, creator.userId),
        IN_STATUS[status],
        before === undefined ? undefined : lt(subscriptions.id, before),
      ),
    )
    .orderBy(desc(subscriptions.id));
}

/** The partial indexes need the literals. */
const IN_STATUS: Readonly<Record<Query['status'], SQL | undefined>> = {
  active: isOpenSubscription(),
  ended: sql`${subscriptions.status} = 'ended'`,
  all: undefined,
};

interface Found {
  readonly row: SubscriptionRow;
  readonly tier: TierRow;
  readonly subscriber: CardRow | null;
}

function presentSubscriber({ row, tier, subscriber }: Found): z.input<typeof Subscriber> {
  return {
    id: row.id,
    subscriber: subscriber && presentCard(subscriber),
    tier: presentTier(tier),
    coinsPerMonth: row.coinsPerMonth,
    status: row.status,
    cancelled: row.cancelledAt !== null,
    paused: row.pausedAt !== null,
    months: row.months,
    startedAt: toIso(row.startedAt),
    periodEndsAt: toIso(row.periodEndsAt),
    ...presentDates(row),
  };
}

/** A creator's figures as a CSV file, a line for each day. It has no text that a user wrote. */
import type { z } from '@hono/zod-openapi';
import type { Context } from '@/contracts/context';
import { csvResponse } from '@/http/csv';
import { readCreatorAnalytics } from './read';
import type { CreatorAnalyticsQuery } from './schemas';

const HEADER = [
  ...['day', 'streams', 'minutesStreamed', 'uniqueViewers', 'peakViewers', 'watchSeconds', 'messages', 'newFollowers'],
  ...['giftDiamonds', 'tipDiamonds', 'subscriptionDiamonds', 'rewardDiamonds', 'orders'],
];

/** Throws VALIDATION_FAILED. */
export async function exportCreatorAnalytics(
  ctx: Context,
  creatorId: string,
  query: z.output<typeof CreatorAnalyticsQuery>,
): Promise<Response> {
  const { byDay, from, to } = await readCreatorAnalytics(ctx, creatorId, query);
  const lines = byDay.map(({ day, diamonds, ...rest }) => [
    ...[day, rest.streams, rest.minutesStreamed, rest.uniqueViewers, rest.peakViewers, rest.watchSeconds],
    ...[rest.messages, rest.newFollowers, diamonds.gift, diamonds.tip, diamonds.subscription, diamonds.reward],
    rest.orders,
  ]);
  async function* pages() {
    yield lines;
  }
  return csvResponse(`analytics-${from}-to-${to}.csv`, HEADER, pages());
}

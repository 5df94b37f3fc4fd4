/** A creator's figures as a CSV file, a line for each day. It has no text that a user wrote. */
import type { Context } from '@/contracts/context';
import { SOURCES } from '@/contracts/room';
import { csvResponse } from '@/http/csv';
import { readCreatorDays } from './read';
import type { Report } from './spans';

const HEADER = [
  ...['day', 'streams', 'minutesStreamed', 'uniqueViewers', 'peakViewers', 'watchSeconds', 'messages', 'newFollowers'],
  ...['giftDiamonds', 'tipDiamonds', 'subscriptionDiamonds', 'rewardDiamonds', 'orders'],
  ...['newViewers', 'returningViewers', 'followersBps', ...SOURCES.map((source) => `from ${source}`)],
];

/** A column for each currency in which something was sold. */
export async function exportCreatorAnalytics(ctx: Context, creatorId: string, report: Report): Promise<Response> {
  const byDay = await readCreatorDays(ctx, creatorId, report);
  const sold = byDay.flatMap(({ sales }) => sales.map(({ currency }) => currency));
  const currencies = [...new Set(sold)].toSorted();
  const lines = byDay.map(({ day, diamonds, audience, sales, ...rest }) => [
    ...[day, rest.streams, rest.minutesStreamed, rest.uniqueViewers, rest.peakViewers, rest.watchSeconds],
    ...[rest.messages, rest.newFollowers, diamonds.gift, diamonds.tip, diamonds.subscription, diamonds.reward],
    ...[rest.orders, audience.newViewers, audience.returningViewers, audience.followersBps],
    ...SOURCES.map((source) => audience.sources[source]),
    ...currencies.map((code) => sales.find(({ currency }) => currency === code)?.amountMinor ?? 0),
  ]);
  async function* pages() {
    yield lines;
  }
  const header = [...HEADER, ...currencies.map((currency) => `salesMinor ${currency}`)];
  return csvResponse(`analytics-${report.from}-to-${report.to}.csv`, header, pages());
}

/**
 * The platform's figures as a CSV file. Each day has a line for all countries together, and then one for each country
 * with figures. If one country is asked for, each day has its line alone.
 */
import type { Context } from '@/contracts/context';
import { csvResponse } from '@/http/csv';
import type { Actor } from '@/shared/actor';
import { type Query, readAll, readDaysByCountry } from './read';

/** As `platformDays` names them. Not their sum: a peak of all is not the sum of the peaks. */
const ALL_COUNTRIES = '*';
/** Read at once, so that a year of many countries never fills the memory. */
const DAYS_A_PAGE = 31;

/** Throws what `readAnalytics` throws. */
export async function exportAnalytics(ctx: Context, actor: Actor, query: Query): Promise<Response> {
  const { answer, amounts } = await readAll(ctx, actor, query);
  const { country, byDay, totals } = answer;
  const money = (['payouts', 'sales'] as const).flatMap((figure) =>
    totals[figure].map(({ currency }) => ({ figure, currency })),
  );
  const header = [
    ...['day', 'country', 'registrations', 'activeUsers', 'streams', 'hoursWatched', 'peakConcurrent', 'coinsSold'],
    ...['gifts', 'orders', 'reports'],
    ...money.map(({ figure, currency }) => `${figure}Minor ${currency}`),
  ];
  type Line = { readonly country: string } & (typeof byDay)[number];
  const cells = (line: Line) => [
    ...[line.day, line.country, line.registrations, line.activeUsers, line.streams, line.hoursWatched],
    ...[line.peakConcurrent, line.coinsSold, line.gifts, line.orders, line.reports],
    ...money.map(
      (column) => line[column.figure].find(({ currency }) => currency === column.currency)?.amountMinor ?? 0,
    ),
  ];
  async function* pages() {
    for (let start = 0; start < byDay.length; start += DAYS_A_PAGE) {
      const days = byDay.slice(start, start + DAYS_A_PAGE);
      const names = days.map(({ day }) => day);
      const ofCountries = country === null ? await readDaysByCountry(ctx, names, amounts) : [];
      const perDay = Map.groupBy(ofCountries, ({ day }) => day);
      yield days.flatMap((whole) =>
        [{ ...whole, country: country ?? ALL_COUNTRIES }, ...(perDay.get(whole.day) ?? [])].map(cells),
      );
    }
  }
  return csvResponse('platform-by-day-and-country.csv', header, pages());
}

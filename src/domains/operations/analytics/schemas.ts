import { z } from '@hono/zod-openapi';
import { aCountryOrUnknown } from '@/contracts/codes';
import { Money } from '@/contracts/economy';
import { dayRangeQuery } from '@/http/day-range';

const day = z.iso.date();

const Figures = {
  registrations: z.int(),
  activeUsers: z.int().describe('Users who used the platform that day. Over several days: the largest day.'),
  streams: z.int().describe('Streams that went live.'),
  hoursWatched: z.number().describe('Counted when a stream ends.'),
  peakConcurrent: z.int().describe('The most viewers at once, sampled each minute. Over several days: the largest.'),
  coinsSold: z.int().describe('Bonus coins included; reversals are not subtracted.'),
  gifts: z.int().describe('Gifts that were sent, without tips.'),
  payouts: z.array(Money).describe('Cash-outs that were paid, also if they came back later.'),
  orders: z.int().describe('Orders that were paid, also if they were refunded later.'),
  sales: z.array(Money).describe('Their items, before refunds, without shipping and tax.'),
  reports: z.int(),
};

export const AnalyticsQuery = z.strictObject({
  ...dayRangeQuery,
  country: aCountryOrUnknown.optional().describe('Only this country; `ZZ`: users whose country is not known.'),
  format: z
    .enum(['json', 'csv'])
    .default('json')
    .describe('`csv`: a line for each day and country; country `*` is all of them.'),
});

export const PlatformAnalytics = z
  .object({
    from: day,
    to: day,
    country: z.string().nullable(),
    totals: z.object(Figures),
    byDay: z.array(z.object({ day, ...Figures })).describe('Every day of the range, in UTC.'),
    byCountry: z
      .array(z.object({ country: z.string().describe('`ZZ`: not known.'), ...Figures }))
      .describe('The countries with figures, by code.'),
  })
  .openapi('PlatformAnalytics');

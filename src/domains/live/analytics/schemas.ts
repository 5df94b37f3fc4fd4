/** Wire shapes of a creator's analytics. */
import { z } from '@hono/zod-openapi';
import { aDiamondCount, Money } from '@/contracts/economy';
import { PublicTrack } from '@/domains/live/tracks/schemas';
import { dayRangeQuery } from '@/http/day-range';
import { AudienceFigures, aTimeZone } from './session-schemas';

const day = z.iso.date();

const streamFigures = {
  minutesStreamed: z.int().describe('A stream that is live counts up to now.'),
  uniqueViewers: z.int(),
  peakViewers: z.int(),
  watchSeconds: z.int(),
  messages: z.int(),
};

const figures = {
  streams: z.int().describe('A stream belongs to the day on which it began, with all its figures.'),
  ...streamFigures,
  uniqueViewers: z.int().describe('The sum over streams: who watched two of them counts twice.'),
  peakViewers: z.int().describe('The largest of a stream.'),
  newFollowers: z.int().describe('Those who still follow.'),
  diamonds: z
    .object({ gift: z.int(), tip: z.int(), subscription: z.int(), reward: z.int() })
    .describe('Earned on these days in UTC, before reversals, as in `GET /earnings/stats`.'),
  orders: z.int().describe('Orders that were paid on these days in UTC, also if they were refunded later.'),
  sales: z.array(Money).describe('Their items, before refunds, without shipping and tax.'),
  audience: AudienceFigures.describe('Summed over streams. Known once a stream has ended.'),
};

export const CreatorAnalyticsQuery = z.strictObject({
  from: dayRangeQuery.from.describe('The first day, in the zone `tz`.'),
  to: dayRangeQuery.to.describe('The last day, included. Defaults to today.'),
  tz: aTimeZone.describe('The IANA time zone in which days begin and end.'),
  format: z.enum(['json', 'csv']).default('json').describe('`csv`: a line for each day.'),
});

export const CreatorAnalytics = z
  .object({
    from: day,
    to: day,
    tz: z.string(),
    totals: z.object(figures),
    previous: z.object(figures).describe('The same number of days just before, to compare with.'),
    byDay: z.array(z.object({ day, ...figures })).describe('Every day of the range.'),
    topStreams: z
      .array(
        z.object({
          id: z.uuid(),
          title: z.string(),
          startTime: z.iso.datetime(),
          endTime: z.iso.datetime().nullable(),
          ...streamFigures,
          diamonds: aDiamondCount.describe('From gifts and tips.'),
        }),
      )
      .describe('At most ten, by unique viewers. Figures other than minutes are known once a stream has ended.'),
  })
  .openapi('CreatorAnalytics');

export const TopTrack = z.object({ track: PublicTrack, plays: z.int() });

export const DjAnalytics = CreatorAnalytics.extend({
  topTracks: z.array(TopTrack).describe('At most ten, by how often they were played in these streams.'),
}).openapi('DjAnalytics');

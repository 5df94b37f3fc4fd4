import { z } from '@hono/zod-openapi';
import { dayRangeQuery } from '@/http/day-range';

const day = z.iso.date();
const Money = z.object({ currency: z.string(), amountMinor: z.int() });
const Given = z.object({ count: z.int(), diamonds: z.int() });

const Figures = {
  newUsers: z.int(),
  coinsSold: z.int().describe('With their bonus, less what was taken back; on the day they were paid.'),
  gifts: Given,
  tips: Given,
  revenue: z.array(Money).describe('Paid, less what was refunded or disputed; on the day it was paid.'),
};

export const StatsQuery = z.strictObject(dayRangeQuery);

export const DashboardStats = z
  .object({
    from: day,
    to: day,
    totals: z.object(Figures).describe('Of the range.'),
    byDay: z.array(z.object({ day, ...Figures })).describe('Every day of the range, in UTC.'),
    users: z.int().describe('All that ever joined.'),
    liveStreams: z.int(),
    payoutsDue: z.object({ count: z.int(), amounts: z.array(Money) }).describe('Asked for, approved or on their way.'),
  })
  .openapi('DashboardStats');

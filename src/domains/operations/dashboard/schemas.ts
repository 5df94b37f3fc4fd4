import { z } from '@hono/zod-openapi';
import { aDiamondCount, Money } from '@/contracts/economy';
import { dayRangeQuery } from '@/http/day-range';

const day = z.iso.date();
const Given = z.object({ count: z.int(), diamonds: aDiamondCount });

const Figures = {
  newUsers: z.int(),
  coinsSold: z.int().describe('Includes bonus coins, minus reversed coins; counted on the day of payment.'),
  gifts: Given,
  tips: Given,
  revenue: z.array(Money).describe('Payments minus refunds and disputes; counted on the day of payment.'),
};

export const StatsQuery = z.strictObject(dayRangeQuery);

export const DashboardStats = z
  .object({
    from: day,
    to: day,
    totals: z.object(Figures).describe('Totals of the range.'),
    byDay: z.array(z.object({ day, ...Figures })).describe('Every day of the range, in UTC.'),
    users: z.int().describe('Everyone who ever joined.'),
    liveStreams: z.int(),
    payoutsDue: z.object({ count: z.int(), amounts: z.array(Money) }).describe('Requested, approved or being sent.'),
  })
  .openapi('DashboardStats');

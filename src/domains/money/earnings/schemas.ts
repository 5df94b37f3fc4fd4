import { z } from '@hono/zod-openapi';
import { aDiamondCount, CREATOR_METRICS, Money, TARGET_PERIODS } from '@/contracts/economy';
import { PublicCard } from '@/domains/base/users/schemas';
import { dayRangeQuery } from '@/http/day-range';
import { cursorPageOf, cursorQuery, orNull, pageOf, pageQuery } from '@/http/envelope';
import { ENTRY_KINDS } from './entry-kinds';
import { EARNING_SOURCES } from './tables';

const DIAMONDS_MAX = 1_000_000_000_000;
const time = z.iso.datetime();
const day = z.iso.date();
const source = z.enum(EARNING_SOURCES);
const aFormat = { format: z.enum(['json', 'csv']).default('json').describe('`csv`: the whole range as one file.') };

export const ExchangeRequest = z
  .strictObject({ diamonds: aDiamondCount.min(1).max(DIAMONDS_MAX) })
  .openapi('ExchangeRequest');

export const Exchange = z
  .object({
    id: z.uuid(),
    diamonds: aDiamondCount,
    coins: z.int(),
    economyVersion: z.int().describe('The version of the economy whose rate was used.'),
    balances: z.object({ diamonds: aDiamondCount, coins: z.int() }).describe('The balances after the exchange.'),
    createdAt: time,
  })
  .openapi('Exchange');

export const EarningEntry = z
  .object({
    id: z.int(),
    kind: z.enum(ENTRY_KINDS),
    diamonds: z.int().describe('Less than 0 if they were taken away.'),
    balanceAfter: z.int(),
    refId: z.string().describe('The id of the gift, tip, month, reward, reversal, exchange or payout.'),
    sender: orNull(PublicCard).describe('Only for gifts and tips.'),
    gift: z.object({ id: z.string(), name: z.string() }).nullable(),
    quantity: z.int().nullable(),
    message: z.string().nullable(),
    at: time,
  })
  .openapi('EarningEntry');

export const HistoryQuery = z.strictObject({ ...dayRangeQuery, ...cursorQuery, ...aFormat });
export const EarningPage = cursorPageOf(EarningEntry);
/** A cursor's position: the last transfer of a page. */
export const HistoryPosition = z.tuple([z.int()]);

export const StatementQuery = z.strictObject({
  month: z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month: 2026-11')
    .describe('In UTC.'),
});

const EarningDay = z.object({ day, source, diamonds: aDiamondCount, count: z.int() }).openapi('EarningDay');

export const DaysQuery = z.strictObject({ ...dayRangeQuery, ...pageQuery, ...aFormat });
export const EarningDayPage = pageOf(EarningDay).extend({
  sum: z.object({ diamonds: aDiamondCount, count: z.int() }).describe('The sum of the whole range.'),
});

export const StatsQuery = z.strictObject(dayRangeQuery);
const Sum = z.object({ diamonds: aDiamondCount, count: z.int() });
export const EarningStats = z
  .object({
    from: day,
    to: day,
    total: Sum.describe('The total of the range.'),
    bySource: z.array(Sum.extend({ source })),
    byDay: z.array(Sum.extend({ day })).describe('One entry for every day of the range.'),
    today: z.int(),
    last30Days: z.int(),
    allTime: z.int(),
    exchanged: z.object({ diamonds: aDiamondCount, coins: z.int(), count: z.int() }).describe('All-time total.'),
    cashedOut: z
      .object({
        diamonds: aDiamondCount,
        count: z.int(),
        amounts: z.array(Money),
      })
      .describe('All paid cash-outs of diamonds.'),
  })
  .openapi('EarningStats');

const Target = z
  .object({
    id: z.string(),
    tier: z.int(),
    metric: z.enum(CREATOR_METRICS),
    threshold: z.int(),
    period: z.enum(TARGET_PERIODS),
    reward: z.object({ diamonds: aDiamondCount }),
    audience: z.literal('creator'),
    progress: z.int().describe('Progress in the current period. Rewards do not count as diamonds.'),
    periodEndsAt: time.nullable().describe('Null: the period never ends.'),
    reachedAt: time.optional().describe('When it was rewarded, within an hour of being reached.'),
  })
  .openapi('Target');

export const TargetList = z.object({ items: z.array(Target) });

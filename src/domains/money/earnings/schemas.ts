import { z } from '@hono/zod-openapi';
import { TARGET_METRICS, TARGET_PERIODS } from '@/contracts/economy';
import { PublicCard } from '@/domains/base/users/schemas';
import { dayRangeQuery } from '@/http/day-range';
import { cursorPageOf, cursorQuery, orNull, pageOf, pageQuery } from '@/http/envelope';
import { EARNING_SOURCES } from './tables';

const DIAMONDS_MAX = 1_000_000_000_000;
const time = z.iso.datetime();
const day = z.iso.date();
const source = z.enum(EARNING_SOURCES);
const aFormat = { format: z.enum(['json', 'csv']).default('json').describe('`csv`: all of the range as one file.') };

export const ExchangeRequest = z
  .strictObject({ diamonds: z.int().min(1).max(DIAMONDS_MAX) })
  .openapi('ExchangeRequest');

export const Exchange = z
  .object({
    id: z.uuid(),
    diamonds: z.int(),
    coins: z.int(),
    economyVersion: z.int().describe('Whose rate it was.'),
    balances: z.object({ diamonds: z.int(), coins: z.int() }).describe('What it left.'),
    createdAt: time,
  })
  .openapi('Exchange');

/** What a creator was given, and what took it away again. */
export const ENTRY_KINDS = [...EARNING_SOURCES, 'exchange', 'payout', 'payout-returned'] as const;

export const EarningEntry = z
  .object({
    id: z.int(),
    kind: z.enum(ENTRY_KINDS),
    diamonds: z.int().describe('Less than 0 where they left.'),
    balanceAfter: z.int(),
    refId: z.string().describe('Of the gift, tip, month, reward, exchange or payout.'),
    sender: orNull(PublicCard).describe('Of gifts and tips.'),
    gift: z.object({ id: z.string(), name: z.string() }).nullable(),
    quantity: z.int().nullable(),
    message: z.string().nullable(),
    at: time,
  })
  .openapi('EarningEntry');

export const HistoryQuery = z.strictObject({ ...dayRangeQuery, ...cursorQuery, ...aFormat });
export const EarningPage = cursorPageOf(EarningEntry);
/** The last transfer of a page. */
export const HistoryPosition = z.tuple([z.int()]);

const EarningDay = z.object({ day, source, diamonds: z.int(), count: z.int() }).openapi('EarningDay');

export const DaysQuery = z.strictObject({ ...dayRangeQuery, ...pageQuery, ...aFormat });
export const EarningDayPage = pageOf(EarningDay).extend({
  sum: z.object({ diamonds: z.int(), count: z.int() }).describe('Of the whole range.'),
});

export const StatsQuery = z.strictObject(dayRangeQuery);
const Sum = z.object({ diamonds: z.int(), count: z.int() });
export const EarningStats = z
  .object({
    from: day,
    to: day,
    total: Sum.describe('Of the range.'),
    bySource: z.array(Sum.extend({ source })),
    byDay: z.array(Sum.extend({ day })).describe('Every day of the range.'),
    today: z.int(),
    last30Days: z.int(),
    allTime: z.int(),
    exchanged: z.object({ diamonds: z.int(), coins: z.int(), count: z.int() }).describe('Of all time.'),
    cashedOut: z
      .object({
        diamonds: z.int(),
        count: z.int(),
        amounts: z.array(z.object({ currency: z.string(), amountMinor: z.int() })),
      })
      .describe('Cash-outs of diamonds that were paid, of all time.'),
  })
  .openapi('EarningStats');

const Target = z
  .object({
    id: z.string(),
    tier: z.int(),
    metric: z.enum(TARGET_METRICS),
    threshold: z.int(),
    period: z.enum(TARGET_PERIODS),
    reward: z.object({ diamonds: z.int() }),
    progress: z.int().describe('In the period that runs. Rewards are no diamonds that count.'),
    periodEndsAt: time.nullable().describe('Null: it never ends.'),
    reachedAt: time.optional().describe('When it was rewarded; within an hour of being reached.'),
  })
  .openapi('Target');

export const TargetList = z.object({ items: z.array(Target) });

/** Wire shapes of a session's analytics. */
import { z } from '@hono/zod-openapi';
import { aDiamondCount, Money } from '@/contracts/economy';
import { REACTION_KINDS, SOURCES } from '@/contracts/room-figures';
import { anId } from '@/domains/live/rooms/schemas';
import { isTimeZone } from '@/shared/time-zone';

export const aTimeZone = z.string().refine(isTimeZone, 'must be a time zone: Europe/Berlin').default('UTC');

const time = z.iso.datetime();
const bps = z.int().min(0);
const group = z.int().nullable();

export const AudienceFigures = z
  .object({
    newViewers: group.describe('Users who had not watched a stream of this creator within the last year.'),
    returningViewers: group.describe('Users who had, for a minute or more. Guests are neither new nor returning.'),
    followersBps: z
      .int()
      .nullable()
      .describe('The share of unique viewers who followed when they first entered, in hundredths of a per cent.'),
    sources: z
      .object(
        Object.fromEntries(SOURCES.map((source) => [source, group])) as Record<(typeof SOURCES)[number], typeof group>,
      ) // each once
      .describe('Unique viewers by how they found the stream, as their clients said when they joined.'),
  })
  .openapi('AudienceFigures', {
    description:
      'Groups of fewer than five viewers are null: they could tell who it was. Empty groups are null with them, or else ' +
      'the next smallest.',
  });

export const SessionAnalytics = z
  .object({
    streamId: z.uuid(),
    live: z.boolean(),
    viewerCount: z.int().describe('Now; 0 unless the stream is live.'),
    startedAt: time.nullable(),
    endedAt: time.nullable(),
    uniqueViewers: z.int().describe('Distinct users and guests, without the creator.'),
    users: z.int(),
    guests: z.int(),
    peakViewers: z.int(),
    peakAt: time.nullable(),
    averageViewers: z.number(),
    watchSeconds: z.int(),
    averageWatchSeconds: z.int(),
    messages: z.int(),
    chatters: z.int().describe('Users other than the creator who wrote.'),
    reactions: z.partialRecord(z.enum(REACTION_KINDS), z.int()),
    gifts: z
      .object({ count: z.int(), coins: z.int(), diamonds: aDiamondCount })
      .describe('Gifts and tips, before reversals. Each counts once, whatever its quantity.'),
    newFollowers: z.int().describe('Who followed during the stream, and still did when it ended.'),
    newSubscribers: z.int().describe('Who subscribed during the stream, and still did when it ended.'),
    productClicks: z.int().describe('Once per viewer, product and minute.'),
    orders: z.int().describe('Orders of this session that were paid, also if they were refunded later.'),
    unitsSold: z.int(),
    sales: z.array(Money).describe('Their items, before refunds, without shipping and tax.'),
    conversionBps: bps.describe('Buyers as a share of unique viewers, in hundredths of a per cent.'),
    audience: AudienceFigures,
  })
  .openapi('SessionAnalytics');

const stepSeconds = z.int().describe('The width of a step: a minute, or more if the stream lasts over a day.');

export const SessionViewers = z
  .object({
    stepSeconds,
    points: z
      .array(z.object({ at: time, viewers: z.int().describe('Distinct viewers who were there in this step.') }))
      .describe('From the first viewer to the last.'),
    retention: z
      .array(z.object({ minute: z.int(), bps }))
      .describe('The share of unique viewers who stayed at least this many minutes in all.'),
  })
  .openapi('SessionViewers');

export const SessionEngagement = z
  .object({
    stepSeconds,
    points: z
      .array(
        z.object({
          at: time,
          messages: z.int(),
          reactions: z.int(),
          gifts: z.int(),
          coins: z.int(),
          newFollowers: z.int(),
        }),
      )
      .describe('Steps in which nothing happened are left out.'),
  })
  .openapi('SessionEngagement');

export const ById = z.strictObject({ id: anId });
const format = z.enum(['json', 'csv']).default('json');
const tz = aTimeZone.describe('The IANA time zone of the local times in the CSV file. JSON has UTC alone.');

export const SessionQuery = z.strictObject({ format: format.describe('`csv`: one line.') });
export const SessionCurveQuery = z.strictObject({ tz, format: format.describe('`csv`: a line for each step.') });
export const SessionViewersQuery = SessionCurveQuery.extend({
  table: z.enum(['points', 'retention']).default('points').describe('Which of the two tables the CSV file has.'),
});

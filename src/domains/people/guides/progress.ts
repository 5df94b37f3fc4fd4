/**
 * Computes what guides did in a period, and what was left out and why. It is derived from their work in rooms and their
 * gifts there, and never stored. Only what they did while they were approved counts.
 */
import { sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { GUIDE_METRICS } from '@/contracts/economy';
import { literal } from '@/db/sql';
import type { Period } from '@/domains/base/economy/periods';
import { reversedEarnings } from '@/domains/money/earnings/tables';
import { giftsSent, roomGiftDays } from '@/domains/money/gifts/tables';
import { DAY_MS, MINUTE_MS, SECOND_MS, toDay } from '@/shared/time';
import { guideWork } from './tables';
import { isGuideAt } from './terms';

/** A day is active from this much counted time on the stage on. */
const ACTIVE_DAY_SECONDS = (30 * MINUTE_MS) / SECOND_MS;

/** `FEW_OTHERS`: fewer than two verified others were there. `NOT_APPROVED`: the approval was suspended or withdrawn. */
export const NOT_COUNTED_REASONS = ['FEW_OTHERS', 'NOT_APPROVED', 'REVERSED', 'TOO_SHORT'] as const;
type Reason = (typeof NOT_COUNTED_REASONS)[number];

export interface Counted {
  readonly amount: number;
  readonly notCounted: readonly { readonly reason: Reason; readonly amount: number }[];
}

type GuideMetric = (typeof GUIDE_METRICS)[number];
export type GuideProgress = Readonly<Record<GuideMetric, Counted>>;

interface Row {
  readonly userId: string;
  readonly period: number;
}

interface WorkRow extends Row {
  readonly seconds: number;
  readonly guests: number;
  readonly aloneSeconds: number;
  readonly aloneGuests: number;
  readonly unapprovedSeconds: number;
  readonly activeDays: number;
  readonly shortDays: number;
}

interface GiftRow extends Row {
  readonly counted: number;
  readonly unapproved: number;
}

interface ReversedRow extends Row {
  readonly diamonds: number;
}

/** Runs three statements, whatever is asked. */
export async function readGuideProgress(
  ctx: Pick<Context, 'db'>,
  userIds: readonly string[],
  periods: readonly Period[],
): Promise<(userId: string, period: Period) => GuideProgress> {
  const users = JSON.stringify(userIds);
  const spans = JSON.stringify(
    periods.map(({ startMs, endMs }) => ({ firstDay: toDay(startMs), lastDay: toDay(endMs - DAY_MS) })),
  );
  const [work, gifts, reversed] = await ctx.db.batch([
    workIn(ctx, users, spans),
    giftsIn(ctx, users, spans),
    reversedIn(ctx, users, spans),
  ]);
  const [workBy, giftsBy, reversedBy] = [byKey(work), byKey(gifts), byKey(reversed)];
  return (userId, period) => {
    const key = keyOf({ userId, period: periods.indexOf(period) });
    return progressOf(workBy.get(key), giftsBy.get(key), reversedBy.get(key)?.diamonds ?? 0);
  };
}

const keyOf = ({ userId, period }: Row) => `${userId} ${period}`;
const byKey = <R extends Row>(rows: readonly R[]) => new Map(rows.map((row) => [keyOf(row), row]));

function progressOf(work: WorkRow | undefined, gifts: GiftRow | undefined, reversed: number): GuideProgress {
  const minutes = (seconds = 0) => Math.floor(seconds / 60);
  return {
    stageMinutes: counted(minutes(work?.seconds), {
      FEW_OTHERS: minutes(work?.aloneSeconds),
      NOT_APPROVED: minutes(work?.unapprovedSeconds),
    }),
    roomGuestsServed: counted(work?.guests ?? 0, { FEW_OTHERS: work?.aloneGuests ?? 0 }),
    giftsInRooms: counted((gifts?.counted ?? 0) - reversed, {
      NOT_APPROVED: gifts?.unapproved ?? 0,
      REVERSED: reversed,
    }),
    activeDays: counted(work?.activeDays ?? 0, { TOO_SHORT: work?.shortDays ?? 0 }),
  };
}

function counted(amount: number, left: Partial<Record<Reason, number>>): Counted {
  const notCounted = NOT_COUNTED_REASONS.flatMap((reason) => {
    const amount = left[reason] ?? 0;
    return amount > 0 ? [{ reason, amount }] : [];
  });
  return { amount, notCounted };
}

function workIn(ctx: Pick<Context, 'db'>, users: string, spans: string) {
  const active = literal(ACTIVE_DAY_SECONDS);
  return ctx.db.all<WorkRow>(sql`
    SELECT userId, period, sum(seconds) AS seconds, sum(guests) AS guests, sum(alone_seconds) AS aloneSeconds,
      sum(alone_guests) AS aloneGuests, sum(unapproved_seconds) AS unapprovedSeconds,
      sum(seconds >= ${active}) AS activeDays,
      sum(seconds < ${active} AND seconds + alone_seconds + unapproved_seconds > 0) AS shortDays
    FROM (
      SELECT guide.value AS userId, period.key AS period, day, sum(seconds) AS seconds, sum(guests) AS guests,
        sum(alone_seconds) AS alone_seconds, sum(alone_guests) AS alone_guests,
        sum(unapproved_seconds) AS unapproved_seconds
      FROM json_each(${users}) guide CROSS JOIN json_each(${spans}) period
      CROSS JOIN ${guideWork} ON user_id = guide.value
        AND day BETWEEN period.value ->> 'firstDay' AND period.value ->> 'lastDay'
      GROUP BY guide.value, period.key, day)
    GROUP BY userId, period`);
}

function giftsIn(ctx: Pick<Context, 'db'>, users: string, spans: string) {
  return ctx.db.all<GiftRow>(sql`
    SELECT guide.value AS userId, period.key AS period,
      sum(iif(as_guide, diamonds, 0)) AS counted, sum(iif(as_guide, 0, diamonds)) AS unapproved
    FROM json_each(${users}) guide CROSS JOIN json_each(${spans}) period
    CROSS JOIN ${roomGiftDays} ON user_id = guide.value
      AND day BETWEEN period.value ->> 'firstDay' AND period.value ->> 'lastDay'
    GROUP BY guide.value, period.key`);
}

function reversedIn(ctx: Pick<Context, 'db'>, users: string, spans: string) {
  return ctx.db.all<ReversedRow>(sql`
    SELECT guide.value AS userId, period.key AS period, sum(reversed.diamonds) AS diamonds
    FROM json_each(${users}) guide CROSS JOIN json_each(${spans}) period
    CROSS JOIN ${reversedEarnings} reversed ON reversed.user_id = guide.value AND reversed.ref_type = 'gift'
      AND reversed.day BETWEEN period.value ->> 'firstDay' AND period.value ->> 'lastDay'
    CROSS JOIN ${giftsSent} given ON given.id = reversed.ref_id AND given.room_id IS NOT NULL
      AND ${isGuideAt(sql`given.recipient_id`, sql`given.created_at`)}
    GROUP BY guide.value, period.key`);
}

/** The periods of targets, in UTC; a week begins on Monday. */
import { addDays, addMonths, addWeeks, startOfDay, startOfISOWeek, startOfMonth } from 'date-fns';
import type { TARGET_PERIODS } from '@/contracts/economy';
import { HOUR_MS, toDay } from '@/shared/time';

type PeriodKind = (typeof TARGET_PERIODS)[number];

export interface Period {
  readonly kind: PeriodKind;
  /** As in `target_rewards.period`: the first day, or `ever`. */
  readonly name: string;
  /** Milliseconds: `startMs` inclusive, `endMs` exclusive. */
  readonly startMs: number;
  readonly endMs: number;
}

const EVER: Period = { kind: 'ever', name: 'ever', startMs: 0, endMs: Date.parse('9999-12-31') };

/** Awards run once an hour, so a period is still checked for this long after its end: once more than needed. */
const LOOKED_AT_AGAIN_MS = 3 * HOUR_MS;

/** The period of this kind that contains this time (ms). A Worker's local time is UTC, and date-fns uses local time. */
export function periodAt(kind: PeriodKind, ms: number): Period {
  switch (kind) {
    case 'day':
      return from(kind, startOfDay(ms), addDays);
    case 'week':
      return from(kind, startOfISOWeek(ms), addWeeks);
    case 'month':
      return from(kind, startOfMonth(ms), addMonths);
    case 'ever':
      return EVER;
  }
}

/** The periods of this kind to reward at this time (ms): the current one, and the previous one if it has just ended. */
export function periodsToReward(kind: PeriodKind, ms: number): Period[] {
  const running = periodAt(kind, ms);
  const before = periodAt(kind, ms - LOOKED_AT_AGAIN_MS);
  return before.name === running.name ? [running] : [before, running];
}

function from(kind: PeriodKind, start: Date, add: (start: Date, amount: number) => Date): Period {
  return { kind, name: toDay(start.getTime()), startMs: start.getTime(), endMs: add(start, 1).getTime() };
}

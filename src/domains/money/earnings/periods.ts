/** The periods in which targets are reached, in UTC; a week begins on Monday. */
import { addDays, addMonths, addWeeks, startOfDay, startOfISOWeek, startOfMonth } from 'date-fns';
import type { TARGET_PERIODS } from '@/contracts/economy';
import { HOUR_MS, toDay } from '@/shared/time';

type PeriodKind = (typeof TARGET_PERIODS)[number];

export interface Period {
  readonly kind: PeriodKind;
  /** As in `target_rewards.period`: the first day, or `ever`. */
  readonly name: string;
  /** Milliseconds: from `startMs` on, before `endMs`. */
  readonly startMs: number;
  readonly endMs: number;
}

const EVER: Period = { kind: 'ever', name: 'ever', startMs: 0, endMs: Date.parse('9999-12-31') };

/** Awards are given once an hour, so a period that is over is looked at again for as long: once more than it takes. */
const LOOKED_AT_AGAIN_MS = 3 * HOUR_MS;

/** The period of this kind that runs at this time (ms). A Worker's local time is UTC, in which date-fns reckons. */
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

/** The periods of this kind whose targets are rewarded at this time (ms): the one that runs, and one just over. */
export function periodsToReward(kind: PeriodKind, ms: number): Period[] {
  const running = periodAt(kind, ms);
  const before = periodAt(kind, ms - LOOKED_AT_AGAIN_MS);
  return before.name === running.name ? [running] : [before, running];
}

function from(kind: PeriodKind, start: Date, add: (start: Date, amount: number) => Date): Period {
  return { kind, name: toDay(start.getTime()), startMs: start.getTime(), endMs: add(start, 1).getTime() };
}

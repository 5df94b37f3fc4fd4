/** Pure rules for what one report adds to a case, by its category and by how often its reporter was right before. */
import type { Rule } from '@/domains/base/decisions/tables';
import type { ReportTarget } from './tables';

/** A reporter's resolved reports: those that staff acted on, and those that they dismissed. */
export interface ReporterRecord {
  readonly upheld: number;
  readonly dismissed: number;
}

export type Reliability = 'good' | 'neutral' | 'bad';

const JUDGED_FROM = 3;
/** Shares in per cent. */
const GOOD_FROM = 70;
const BAD_BELOW = 25;

/** Nobody is judged by one or two reports. */
export function reliabilityOf({ upheld, dismissed }: ReporterRecord): Reliability {
  const made = upheld + dismissed;
  if (made < JUDGED_FROM) return 'neutral';
  const share = (100 * upheld) / made;
  return share >= GOOD_FROM ? 'good' : share < BAD_BELOW ? 'bad' : 'neutral';
}

/** Before anything else, and hidden at once. */
const URGENT: ReadonlySet<Rule> = new Set(['minor', 'self_harm']);
const GRAVE: ReadonlySet<Rule> = new Set(['harassment', 'hate', 'sexual', 'violence', 'illegal_goods', 'fraud']);

export const LOWEST_PRIORITY = 4;

export interface Weight {
  /** The case's priority from this report alone: 1 is the most urgent. */
  readonly base: number;
  /** What it adds towards a higher priority. */
  readonly weight: number;
  /** What it adds towards hiding the target. */
  readonly urgency: number;
}

const WEIGHTS: Readonly<Record<Reliability, number>> = { good: 2, neutral: 1, bad: 0 };

/** From this urgency on the target is hidden: one reporter with a good record, or two people. */
export const HIDDEN_FROM_URGENCY = 2;

/** A claim on a track mutes it at once, until staff decide: the first one, unless its reporter has a bad record. */
export const CLAIM = { targetType: 'track', category: 'copyright' } as const;

export function isClaim(targetType: ReportTarget, category: Rule): boolean {
  return targetType === CLAIM.targetType && category === CLAIM.category;
}

/** A reporter with a bad record adds nothing. */
export function weigh(category: Rule, record: ReporterRecord): Weight {
  const weight = WEIGHTS[reliabilityOf(record)];
  if (weight === 0) return { base: LOWEST_PRIORITY, weight, urgency: 0 };
  if (URGENT.has(category)) return { base: 1, weight, urgency: weight };
  return { base: GRAVE.has(category) ? LOWEST_PRIORITY - 1 : LOWEST_PRIORITY, weight, urgency: 0 };
}

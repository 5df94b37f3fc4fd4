/** A pure rule: whether the newest case on a target already answers another report on it. */
import { DAY_MS } from '@/shared/time';
import type { ReportStatus, ReportTarget } from './tables';

const ANSWERED_MS = 7 * DAY_MS;

interface KnownCase {
  readonly status: ReportStatus;
  readonly fingerprint: string;
  /** Milliseconds; null unless it is resolved. */
  readonly resolvedAt: number | null;
  /** Whether it was decided on as this category. Others may have been reported too, but the decision names one. */
  readonly hasCategory: boolean;
  /** Whether a decision that came of it was reversed: its outcome no longer says anything. */
  readonly isReversed: boolean;
}

/**
 * Staff who looked at the same content for the same reason within a week need not look again: the report gets the same
 * outcome. A report about a person is about what they do, and not only about their profile, so it is always looked at.
 * @param now ms
 */
export function isAnsweredBy(known: KnownCase, targetType: ReportTarget, fingerprint: string, now: number): boolean {
  if (known.resolvedAt === null || known.isReversed || targetType === 'user') return false;
  return known.fingerprint === fingerprint && known.hasCategory && now - known.resolvedAt < ANSWERED_MS;
}

/** Birth dates that are counted from today, on every day of a leap year too. */
import { toDay } from '@/shared/time';

/** Born this many years ago, or so many days later. A day that the year lacks is the one before: the 28th of February. */
export function bornYearsAgo(years: number, days = 0): string {
  const now = new Date();
  const date = new Date(now);
  date.setUTCFullYear(now.getUTCFullYear() - years);
  if (date.getUTCMonth() !== now.getUTCMonth()) date.setUTCDate(0);
  date.setUTCDate(date.getUTCDate() + days);
  return toDay(date.getTime());
}

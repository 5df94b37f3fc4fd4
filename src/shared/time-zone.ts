/** Days in a time zone, by the platform's own table of zones. */
import { DAY_MS, SECOND_MS, toDay, toIso } from './time';

const IS_NAME = /^[A-Za-z][\w+/-]*$/;

/** Whether the name is that of an IANA zone: `Europe/Berlin`. An offset such as `+02:00` is none. */
export function isTimeZone(name: string): boolean {
  try {
    return IS_NAME.test(name) && formatterOf(name) !== undefined;
  } catch {
    return false;
  }
}

export interface TimeZone {
  /** The day (2026-11-23) on which this time (ms) falls. */
  dayOf(ms: number): string;
  /** The local time: 2026-11-23 18:05. */
  minuteOf(ms: number): string;
  /** When (ms) the day begins: not always at midnight, since clocks may spring forward just then. */
  startOf(day: string): number;
}

/** @param name a zone for which `isTimeZone` holds */
export function timeZone(name: string): TimeZone {
  const formatter = formatterOf(name);
  const offsetAt = (ms: number) => {
    const [month = 1, day = 1, year = 0, hour = 0, minute = 0, second = 0] =
      formatter.format(ms).match(/\d+/g)?.map(Number) ?? [];
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(ms / SECOND_MS) * SECOND_MS;
  };
  const known = new Map<number, number>(); // a report asks for many days in a row
  const offsetAround = (ms: number) => {
    const offset = known.get(ms) ?? offsetAt(ms);
    known.set(ms, offset);
    return offset;
  };
  return {
    dayOf: (ms) => toDay(ms + offsetAt(ms)),
    minuteOf: (ms) =>
      toIso(ms + offsetAt(ms))
        .slice(0, 16)
        .replace('T', ' '),
    startOf(day) {
      const midnight = Date.parse(day);
      const [before, after] = [offsetAround(midnight - DAY_MS), offsetAround(midnight + DAY_MS)];
      if (before === after) return midnight - before;
      // If clocks go back over midnight, it comes twice, and the day begins with the first.
      const [first, second] = [midnight - Math.max(before, after), midnight - Math.min(before, after)];
      return offsetAt(first) === midnight - first ? first : second;
    },
  };
}

/** 11/23/2026, 18:05:09 */
function formatterOf(timeZoneName: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: timeZoneName,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    ...({ year: 'numeric', month: 'numeric', day: 'numeric' } as const),
    ...({ hour: 'numeric', minute: 'numeric', second: 'numeric' } as const),
  });
}

/** Times are integer milliseconds in D1 and ISO 8601 in UTC on the wire. */
export const SECOND_MS = 1_000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export function toIso(ms: number): string {
  return new Date(ms).toISOString();
}

export function toIsoOrNull(ms: number | null): string | null {
  return ms === null ? null : toIso(ms);
}

/** The day in UTC: 2026-11-23. */
export function toDay(ms: number): string {
  return toIso(ms).slice(0, 10);
}

/** Nobody alive was born earlier. */
const BIRTH_DATE_MIN = '1900-01-01';

/** Counts birthdays in UTC; dates before 1900 never qualify. @param birthDate 2001-12-31: such dates compare as text */
export function isAtLeastYearsOld(birthDate: string, years: number, now: number): boolean {
  const today = toDay(now);
  const lastBirthDate = `${Number(today.slice(0, 4)) - years}${today.slice(4)}`;
  return birthDate >= BIRTH_DATE_MIN && birthDate <= lastBirthDate;
}

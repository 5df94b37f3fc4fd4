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

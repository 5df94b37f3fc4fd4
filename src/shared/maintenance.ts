/** A maintenance window: announced ahead, it begins and ends by the clock alone. Takes no Context. */
import { HOUR_MS, SECOND_MS, toIso } from './time';

export interface MaintenanceWindow {
  /** Milliseconds. */
  readonly from: number;
  readonly until: number;
  /** For everyone to read. */
  readonly message: string;
}

/** The window as staff last set it. A greater revision is newer. */
export interface Maintenance {
  readonly revision: number;
  readonly window: MaintenanceWindow | null;
}

/** Staff may end a window early, so clients look again after this long at the latest. */
const RETRY_MS_MAX = HOUR_MS;

/** The window if the platform is down for maintenance now. */
export function runningWindow({ window }: Maintenance, now: number): MaintenanceWindow | undefined {
  return window && window.from <= now && now < window.until ? window : undefined;
}

/** The window unless it is over. */
export function comingWindow({ window }: Maintenance, now: number): MaintenanceWindow | null {
  return window && now < window.until ? window : null;
}

export function retryAfterMs({ until }: MaintenanceWindow, now: number): number {
  return Math.min(RETRY_MS_MAX, Math.max(SECOND_MS, until - now));
}

/** On the wire. */
export function presentWindow({ from, until, message }: MaintenanceWindow) {
  return { from: toIso(from), until: toIso(until), message };
}

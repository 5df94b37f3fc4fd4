/** Ids are UUID v7: unique without asking anyone, and in the order of their making, so an index on them pages by time. */
import { v7 } from 'uuid';

export function newId(): string {
  return v7();
}

const TIME_DIGITS = 12;

/** No id that is made at this time (ms) or later is below it. */
export function firstIdAt(ms: number): string {
  const time = ms.toString(16).padStart(TIME_DIGITS, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

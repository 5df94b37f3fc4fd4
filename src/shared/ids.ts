/** Ids are UUID v7: unique without coordination and ordered by creation, so an index on them pages by time. */
import { v7 } from 'uuid';

/** If the clock goes back by more than this, we trust it: the earlier time was wrong. */
const SET_BACK_MS = 60_000;
const SEQ_MAX = 0xffff_ffff;

/** The last id's time and number. uuid keeps them too, but would stay at the time of a clock that was once ahead. */
const last = { msecs: 0, seq: 0 };

export function newId(): string {
  const now = Date.now();
  const [random = 0] = crypto.getRandomValues(new Uint32Array(1));
  if (now > last.msecs || now < last.msecs - SET_BACK_MS) Object.assign(last, { msecs: now, seq: random >>> 1 });
  else if (last.seq < SEQ_MAX) last.seq += 1;
  else Object.assign(last, { msecs: last.msecs + 1, seq: 0 });
  return v7(last);
}

const TIME_DIGITS = 12;

/** A lower bound for every id created at this time (ms) or later. */
export function firstIdAt(ms: number): string {
  const time = ms.toString(16).padStart(TIME_DIGITS, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}

/** When (ms) the id was created. */
export function timeOfId(id: string): number {
  return Number.parseInt(id.replaceAll('-', '').slice(0, TIME_DIGITS), 16);
}

/**
 * Computes what guides did on a stage, by day (UTC): pure arithmetic on who was in the room. A second counts while the
 * guide is on the stage, is in the room, was approved, and at least two verified others are there.
 */
import { intersect, lengthOf, type Span, subtract, union, whenAtLeast } from '@/shared/spans';
import { DAY_MS, SECOND_MS, toDay } from '@/shared/time';

const OTHERS_MIN = 2;

/** A turn on the stage of somebody who is, or was, a guide. */
export interface GuideTurn extends Span {
  readonly userId: string;
  /** When they were approved. */
  readonly terms: readonly Span[];
  /** Turns in other rooms that began after this one: nobody is on two stages at once. */
  readonly elsewhere: readonly Span[];
}

/** A verified user's stay in the room. One user's stays may overlap. */
export interface Stay extends Span {
  readonly userId: string;
}

export interface WorkOfDay {
  readonly userId: string;
  readonly day: string;
  readonly seconds: number;
  readonly guests: number;
  readonly aloneSeconds: number;
  readonly aloneGuests: number;
  readonly unapprovedSeconds: number;
}

/** @param since the start of a day (ms): whole days from then on are measured */
export function measureWork(turns: readonly GuideTurn[], stays: Iterable<Stay>, since: number): WorkOfDay[] {
  const present = presenceOf(stays);
  const crowded = whenAtLeast(OTHERS_MIN + 1, present.values());
  const guides = Map.groupBy(turns, ({ userId }) => userId);
  return [...guides].flatMap(([userId, theirs]) => {
    const taken = theirs.flatMap((turn) => subtract([turn], union(turn.elsewhere)));
    const here = intersect(union(taken), present.get(userId) ?? []);
    const onStage = intersect(here, [{ from: since, to: Number.POSITIVE_INFINITY }]);
    const approved = intersect(onStage, union(theirs.flatMap(({ terms }) => terms)));
    const parts = {
      counted: intersect(approved, crowded),
      alone: subtract(approved, crowded),
      unapproved: subtract(onStage, approved),
    };
    return daysOf(onStage).map((day) => ({ userId, ...workOn(day, parts, guestsOf(userId, present)) }));
  });
}

function presenceOf(stays: Iterable<Stay>): Map<string, Span[]> {
  const byUser = new Map<string, Span[]>();
  for (const { userId, from, to } of stays) {
    const known = byUser.get(userId);
    if (known) known.push({ from, to });
    else byUser.set(userId, [{ from, to }]);
  }
  for (const [userId, spans] of byUser) byUser.set(userId, union(spans));
  return byUser;
}

function guestsOf(guideId: string, present: ReadonlyMap<string, Span[]>): Span[][] {
  return [...present].flatMap(([userId, spans]) => (userId === guideId ? [] : [spans]));
}

/** The starts of the days that these spans touch. */
function daysOf(spans: readonly Span[]): number[] {
  const days = new Set<number>();
  for (const { from, to } of spans)
    for (let day = Math.floor(from / DAY_MS); day * DAY_MS < to; day += 1) days.add(day * DAY_MS);
  return [...days];
}

interface Parts {
  readonly counted: readonly Span[];
  readonly alone: readonly Span[];
  readonly unapproved: readonly Span[];
}

function workOn(dayMs: number, parts: Parts, guests: readonly Span[][]): Omit<WorkOfDay, 'userId'> {
  const day = [{ from: dayMs, to: dayMs + DAY_MS }];
  const [counted, alone, unapproved] = [parts.counted, parts.alone, parts.unapproved].map((part) =>
    intersect(part, day),
  );
  const metIn = (part: readonly Span[] = []) => guests.filter((stays) => intersect(stays, part).length > 0);
  const served = new Set(metIn(counted));
  const secondsOf = (part: readonly Span[] = []) => Math.floor(lengthOf(part) / SECOND_MS);
  return {
    day: toDay(dayMs),
    seconds: secondsOf(counted),
    guests: served.size,
    aloneSeconds: secondsOf(alone),
    aloneGuests: metIn(alone).filter((stays) => !served.has(stays)).length,
    unapprovedSeconds: secondsOf(unapproved),
  };
}

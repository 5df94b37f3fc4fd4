/**
 * Computes a room's figures from its viewer intervals: pure arithmetic. It reads intervals one at a time and keeps two
 * numbers of each, so hundreds of thousands of stays fit into an object's memory.
 */
import type { Listener } from '@/contracts/room';
import { MINUTE_MS } from '@/shared/time';

/** One pass's stay. A viewer's intervals may overlap: two tabs are one viewer. */
export interface Interval {
  readonly viewer: string;
  readonly joinedAt: number;
  /** Null while it lasts. */
  readonly leftAt: number | null;
  /** True for a user with a verified address: only their time is rewarded. */
  readonly isVerified: boolean;
  /** A keyed hash of where a guest came from. Null for verified users, and if the address is unknown. */
  readonly address: string | null;
}

export interface Attendance {
  readonly uniqueViewers: number;
  readonly peakViewers: number;
  /** The peak by which lists sort: guests from one address count for at most five. */
  readonly rankingPeak: number;
  readonly watchSeconds: number;
  /** The part of `watchSeconds` watched by verified users. */
  readonly rewardedSeconds: number;
  /**
   * [start (ms), distinct viewers in that minute], from the first viewer on. Steps are wider for streams over a day.
   */
  readonly viewerCurve: readonly (readonly [number, number])[];
}

/** The most guests from one address that count for the ranking. */
export const GUESTS_RANKED_MAX = 5;
const CURVE_POINTS_MAX = 1_440;
/** Who stayed for less did not listen. */
const LISTENED_MS_MIN = MINUTE_MS;
/** Only users are verified, so only their keys are read. */
const USER_KEY = 'user:';

interface Stay {
  readonly viewer: string;
  readonly from: number;
  readonly to: number;
  readonly address: string | null;
  readonly rewardedMs: number;
  readonly isFirstOfViewer: boolean;
}

/** When viewers arrived and left, in any order. */
interface Steps {
  readonly arrivals: number[];
  readonly departures: number[];
}

/**
 * @param intervals ordered by viewer and joinedAt
 * @param until the stream's end, or now; later time does not count
 * @param since the stream's start; the waiting room does not count
 */
export function measure(intervals: Iterable<Interval>, until: number, since = 0): Attendance {
  const [all, ranking] = [noSteps(), noSteps()];
  const crowds = new Map<string, Steps>();
  const curve = startCurve(since, until);
  let [uniqueViewers, watchMs, rewardedMs] = [0, 0, 0];
  for (const stay of staysOf(intervals, since, until)) {
    if (stay.isFirstOfViewer) uniqueViewers += 1;
    watchMs += stay.to - stay.from;
    rewardedMs += stay.rewardedMs;
    curve.add(stay);
    addTo(all, stay);
    addTo(stay.address === null ? ranking : crowdFrom(crowds, stay.address), stay);
  }
  for (const crowd of crowds.values()) addCapped(ranking, crowd);
  return {
    uniqueViewers,
    peakViewers: peakOf(all),
    rankingPeak: peakOf(ranking),
    watchSeconds: Math.round(watchMs / 1_000),
    rewardedSeconds: Math.floor(rewardedMs / 1_000),
    viewerCurve: curve.points(),
  };
}

/** Users who were there, verified, for a minute or more in all. The parameters are those of `measure`. */
export function listenersIn(intervals: Iterable<Interval>, until: number, since: number): Listener[] {
  const listeners: Listener[] = [];
  let [current, listenedMs]: [string | undefined, number] = [undefined, 0];
  const close = () => {
    if (current !== undefined && listenedMs >= LISTENED_MS_MIN)
      listeners.push({ userId: current.slice(USER_KEY.length), seconds: Math.floor(listenedMs / 1_000) });
  };
  for (const { viewer, rewardedMs } of staysOf(intervals, since, until)) {
    if (viewer !== current) {
      close();
      [current, listenedMs] = [viewer, 0];
    }
    listenedMs += rewardedMs;
  }
  close();
  return listeners;
}

/** Merges a viewer's overlapping intervals into one stay. */
function* staysOf(intervals: Iterable<Interval>, since: number, until: number): Generator<Stay> {
  let viewer: string | undefined;
  let stay: Stay | undefined;
  let rewardedTo = 0; // the stay is already rewarded up to here
  for (const { viewer: who, joinedAt, leftAt, isVerified, address } of intervals) {
    const wasBefore = joinedAt < since && leftAt !== null && leftAt <= since;
    if (wasBefore || joinedAt > until) continue;
    const from = Math.max(joinedAt, since);
    const to = Math.max(from, Math.min(leftAt ?? until, until));
    if (!stay || viewer !== who || from > stay.to) {
      if (stay) yield stay;
      stay = { viewer: who, from, to: from, address: address ?? null, rewardedMs: 0, isFirstOfViewer: viewer !== who };
      rewardedTo = from;
      viewer = who;
    }
    const newlyMs = isVerified ? Math.max(0, to - Math.max(from, rewardedTo)) : 0;
    if (isVerified) rewardedTo = Math.max(rewardedTo, to);
    stay = { ...stay, to: Math.max(stay.to, to), rewardedMs: stay.rewardedMs + newlyMs };
  }
  if (stay) yield stay;
}

function noSteps(): Steps {
  return { arrivals: [], departures: [] };
}

/** Even the shortest stay lasts a millisecond. */
function addTo({ arrivals, departures }: Steps, { from, to }: Stay): void {
  arrivals.push(from);
  departures.push(Math.max(to, from + 1));
}

function crowdFrom(crowds: Map<string, Steps>, address: string): Steps {
  const crowd = crowds.get(address) ?? noSteps();
  crowds.set(address, crowd);
  return crowd;
}

function addCapped({ arrivals, departures }: Steps, crowd: Steps): void {
  walk(crowd, (at, step, present) => {
    if (step === 1 && present <= GUESTS_RANKED_MAX) arrivals.push(at);
    if (step === -1 && present < GUESTS_RANKED_MAX) departures.push(at);
  });
}

function peakOf(steps: Steps): number {
  let peak = 0;
  walk(steps, (_at, _step, present) => {
    peak = Math.max(peak, present);
  });
  return peak;
}

/** Visits the steps in order of time. In the same millisecond, departures come before arrivals. */
function walk(steps: Steps, visit: (at: number, step: 1 | -1, present: number) => void): void {
  const departures = Float64Array.from(steps.departures).sort();
  let [present, gone] = [0, 0];
  const leaveUntil = (ms: number) => {
    for (let at = departures[gone]; at !== undefined && at <= ms; at = departures[gone]) {
      present -= 1;
      gone += 1;
      visit(at, -1, present);
    }
  };
  for (const at of Float64Array.from(steps.arrivals).sort()) {
    leaveUntil(at);
    present += 1;
    visit(at, 1, present);
  }
  leaveUntil(Number.POSITIVE_INFINITY);
}

/** Expects the stays in the order of their viewers. */
function startCurve(since: number, until: number) {
  const first = Math.floor(since / MINUTE_MS);
  const minutes = Math.max(1, Math.floor(until / MINUTE_MS) - first + 1);
  const stepMinutes = Math.ceil(minutes / CURVE_POINTS_MAX);
  const pointOf = (ms: number) => Math.floor((Math.floor(ms / MINUTE_MS) - first) / stepMinutes);
  const changes = new Array<number>(Math.ceil(minutes / stepMinutes) + 1).fill(0);
  let counted = -1; // the viewer is already counted up to this point
  return {
    add({ from, to, isFirstOfViewer }: Stay): void {
      const start = Math.max(pointOf(from), isFirstOfViewer ? 0 : counted + 1);
      const end = pointOf(to);
      if (isFirstOfViewer || end > counted) counted = end;
      if (start > end) return;
      changes[start] = (changes[start] ?? 0) + 1;
      changes[end + 1] = (changes[end + 1] ?? 0) - 1;
    },
    points(): [number, number][] {
      let present = 0;
      const points = changes.map((change, point): [number, number] => {
        present += change;
        return [(first + point * stepMinutes) * MINUTE_MS, present];
      });
      const isSeen = ([, viewers]: readonly [number, number]) => viewers > 0;
      return points.slice(Math.max(0, points.findIndex(isSeen)), points.findLastIndex(isSeen) + 1);
    },
  };
}

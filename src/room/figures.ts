/**
 * Computes a room's figures from its viewer intervals: pure arithmetic. It reads intervals one at a time and keeps two
 * numbers of each, so hundreds of thousands of stays fit into an object's memory.
 */
import type { Arrival, Audience, Listener, RoomFigures } from '@/contracts/room-figures';
import { MINUTE_MS } from '@/shared/time';
import { stepsOf } from '@/shared/time-steps';
import { startCurve, startRetention } from './curves';

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
  readonly isFollower: boolean;
  readonly arrival: Arrival;
}

/** The figures that follow from the intervals. The curve is that of distinct viewers, from the first viewer on. */
export type Attendance = Pick<
  RoomFigures,
  | ('uniqueViewers' | 'users' | 'guests' | 'audience' | 'peakViewers' | 'peakAt' | 'rankingPeak')
  | ('watchSeconds' | 'rewardedSeconds' | 'stepMinutes' | 'viewerCurve' | 'retained')
>;

/** The most guests from one address that count for the ranking. */
export const GUESTS_RANKED_MAX = 5;
/** Who stayed for less did not listen. */
const LISTENED_MS_MIN = MINUTE_MS;
/** How the keys of users begin. */
const USER_KEY = 'user:';

interface Stay {
  readonly viewer: string;
  readonly from: number;
  readonly to: number;
  readonly address: string | null;
  readonly rewardedMs: number;
  readonly isFirstOfViewer: boolean;
  /** As the interval says that the stay began with. */
  readonly isFollower: boolean;
  readonly arrival: Arrival;
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
  const steps = stepsOf(since, until);
  const curve = startCurve(steps);
  const retention = startRetention(steps);
  const audience = startAudience();
  let [watchMs, rewardedMs] = [0, 0];
  for (const stay of staysOf(intervals, since, until)) {
    if (stay.isFirstOfViewer) audience.add(stay);
    watchMs += stay.to - stay.from;
    rewardedMs += stay.rewardedMs;
    curve.add(stay);
    retention.add(stay);
    addTo(all, stay);
    addTo(stay.address === null ? ranking : crowdFrom(crowds, stay.address), stay);
  }
  for (const crowd of crowds.values()) addCapped(ranking, crowd);
  const peak = peakOf(all);
  return {
    ...audience.counts(),
    peakViewers: peak.viewers,
    peakAt: peak.at,
    rankingPeak: peakOf(ranking).viewers,
    watchSeconds: Math.round(watchMs / 1_000),
    rewardedSeconds: Math.floor(rewardedMs / 1_000),
    stepMinutes: steps.minutes,
    viewerCurve: curve.points(),
    retained: retention.counts(),
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
  for (const { viewer: who, joinedAt, leftAt, isVerified, address, isFollower, arrival } of intervals) {
    const wasBefore = joinedAt < since && leftAt !== null && leftAt <= since;
    if (wasBefore || joinedAt > until) continue;
    const from = Math.max(joinedAt, since);
    const to = Math.max(from, Math.min(leftAt ?? until, until));
    if (!stay || viewer !== who || from > stay.to) {
      if (stay) yield stay;
      const isFirstOfViewer = viewer !== who;
      stay = { viewer: who, from, to: from, address, rewardedMs: 0, isFirstOfViewer, isFollower, arrival };
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

function peakOf(steps: Steps): { readonly viewers: number; readonly at: number | null } {
  let [viewers, at]: [number, number | null] = [0, null];
  walk(steps, (when, _step, present) => {
    if (present > viewers) [viewers, at] = [present, when];
  });
  return { viewers, at };
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

/** Counts viewers by what they were when they first entered. */
function startAudience() {
  let [users, guests, followers, newUsers, returningUsers] = [0, 0, 0, 0, 0];
  const sources = { following: 0, search: 0, recommended: 0, link: 0 };
  return {
    add({ viewer, isFollower, arrival }: Stay): void {
      sources[arrival.source] += 1;
      if (isFollower) followers += 1;
      if (!viewer.startsWith(USER_KEY)) guests += 1;
      else {
        users += 1;
        if (arrival.returning) returningUsers += 1;
        else newUsers += 1;
      }
    },
    counts(): Pick<Attendance, 'uniqueViewers' | 'users' | 'guests' | 'audience'> {
      const audience: Audience = { followers, newUsers, returningUsers, sources };
      return { uniqueViewers: users + guests, users, guests, audience };
    },
  };
}

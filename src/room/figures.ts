/** What viewer intervals say: pure arithmetic over who came when and left when. */
import { MINUTE_MS } from '@/shared/time';

/** A pass's stay. Those of one viewer may overlap: two tabs are one viewer. */
export interface Interval {
  readonly viewer: string;
  readonly joinedAt: number;
  /** Null while it lasts. */
  readonly leftAt: number | null;
}

export interface Attendance {
  readonly uniqueViewers: number;
  readonly peakViewers: number;
  readonly watchSeconds: number;
  /** [start (ms), distinct viewers seen in that minute], each minute from the first; wider steps past a day. */
  readonly viewerCurve: readonly (readonly [number, number])[];
}

const CURVE_POINTS_MAX = 1_440;

interface Stay {
  readonly viewer: string;
  readonly from: number;
  readonly to: number;
}

/**
 * @param intervals in the order of viewer and joinedAt
 * @param until the stream's end, or now: what came later does not count
 */
export function measure(intervals: readonly Interval[], until: number): Attendance {
  const stays = staysOf(intervals, until);
  return {
    uniqueViewers: new Set(stays.map((stay) => stay.viewer)).size,
    peakViewers: peakOf(stays),
    watchSeconds: Math.round(stays.reduce((sum, { from, to }) => sum + (to - from), 0) / 1_000),
    viewerCurve: curveOf(stays),
  };
}

/** A viewer's overlapping intervals are one stay. */
function staysOf(intervals: readonly Interval[], until: number): Stay[] {
  const stays: Stay[] = [];
  for (const { viewer, joinedAt, leftAt } of intervals) {
    if (joinedAt > until) continue;
    const to = Math.max(joinedAt, Math.min(leftAt ?? until, until));
    const last = stays.at(-1);
    if (last && last.viewer === viewer && joinedAt <= last.to)
      stays[stays.length - 1] = { ...last, to: Math.max(last.to, to) };
    else stays.push({ viewer, from: joinedAt, to });
  }
  return stays;
}

/** Who leaves makes room for who comes in the same millisecond; the shortest stay lasts one. */
function peakOf(stays: readonly Stay[]): number {
  const steps = stays.flatMap(
    ({ from, to }) =>
      [
        [from, 1],
        [Math.max(to, from + 1), -1],
      ] as [number, number][],
  );
  steps.sort(([at, step], [otherAt, otherStep]) => at - otherAt || step - otherStep);
  let present = 0;
  let peak = 0;
  for (const [, step] of steps) {
    present += step;
    peak = Math.max(peak, present);
  }
  return peak;
}

function curveOf(stays: readonly Stay[]): [number, number][] {
  if (stays.length === 0) return [];
  const first = Math.floor(
    stays.reduce((least, { from }) => Math.min(least, from), Number.POSITIVE_INFINITY) / MINUTE_MS,
  );
  const last = Math.floor(stays.reduce((most, { to }) => Math.max(most, to), 0) / MINUTE_MS);
  const stepMinutes = Math.ceil((last - first + 1) / CURVE_POINTS_MAX);
  const pointOf = (ms: number) => Math.floor((Math.floor(ms / MINUTE_MS) - first) / stepMinutes);
  const changes = new Array<number>(pointOf(last * MINUTE_MS) + 2).fill(0);
  let viewer: string | undefined;
  let counted = -1; // up to this point the viewer has been counted already
  for (const stay of stays) {
    if (stay.viewer !== viewer) counted = -1;
    viewer = stay.viewer;
    const from = Math.max(pointOf(stay.from), counted + 1);
    const to = pointOf(stay.to);
    if (from > to) continue;
    changes[from] = (changes[from] ?? 0) + 1;
    changes[to + 1] = (changes[to + 1] ?? 0) - 1;
    counted = to;
  }
  let present = 0;
  return changes.slice(0, -1).map((change, point) => {
    present += change;
    return [(first + point * stepMinutes) * MINUTE_MS, present];
  });
}

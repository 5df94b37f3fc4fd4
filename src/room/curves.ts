/** A stream's figures over time, in equal steps: how many viewers were there, and how long they stayed. Pure. */
import { MINUTE_MS } from '@/shared/time';
import type { TimeSteps } from '@/shared/time-steps';

/** Milliseconds. */
interface Stay {
  readonly from: number;
  readonly to: number;
  readonly isFirstOfViewer: boolean;
}

/** Expects the stays in the order of their viewers. */
export function startCurve(steps: TimeSteps) {
  const changes = new Array<number>(steps.count + 1).fill(0);
  let counted = -1; // the viewer is already counted up to this step
  return {
    add({ from, to, isFirstOfViewer }: Stay): void {
      const start = Math.max(steps.indexOf(from), isFirstOfViewer ? 0 : counted + 1);
      const end = steps.indexOf(to);
      if (isFirstOfViewer || end > counted) counted = end;
      if (start > end) return;
      changes[start] = (changes[start] ?? 0) + 1;
      changes[end + 1] = (changes[end + 1] ?? 0) - 1;
    },
    points(): [number, number][] {
      let present = 0;
      const points = changes.map((change, index): [number, number] => {
        present += change;
        return [steps.startOf(index), present];
      });
      const isSeen = ([, viewers]: readonly [number, number]) => viewers > 0;
      return points.slice(Math.max(0, points.findIndex(isSeen)), points.findLastIndex(isSeen) + 1);
    },
  };
}

/** Counts viewers by how long they stayed in all. Expects the stays in the order of their viewers. */
export function startRetention({ minutes, count }: TimeSteps) {
  const leftAfter = new Array<number>(count + 1).fill(0);
  let stayedMs: number | undefined;
  const close = () => {
    if (stayedMs === undefined) return;
    const index = Math.min(count, Math.floor(stayedMs / (minutes * MINUTE_MS)));
    leftAfter[index] = (leftAfter[index] ?? 0) + 1;
  };
  return {
    add({ from, to, isFirstOfViewer }: Stay): void {
      if (isFirstOfViewer) {
        close();
        stayedMs = 0;
      }
      stayedMs = (stayedMs ?? 0) + to - from;
    },
    counts(): number[] {
      close();
      stayedMs = undefined;
      const last = leftAfter.findLastIndex((viewers) => viewers > 0);
      let staying = 0;
      return leftAfter
        .slice(0, last + 1)
        .reverse()
        .map((viewers) => {
          staying += viewers;
          return staying;
        })
        .reverse();
    },
  };
}

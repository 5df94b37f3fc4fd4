/** Sets of moments as sorted spans that neither overlap nor touch. Pure; `from` belongs to a span, `to` does not. */

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** @param spans in any order; empty ones are dropped */
export function union(spans: Iterable<Span>): Span[] {
  const sorted = [...spans].filter(({ from, to }) => from < to).toSorted((one, other) => one.from - other.from);
  const merged: Span[] = [];
  for (const span of sorted) {
    const last = merged.at(-1);
    if (last && span.from <= last.to) merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, span.to) };
    else merged.push(span);
  }
  return merged;
}

export function intersect(one: readonly Span[], other: readonly Span[]): Span[] {
  const common: Span[] = [];
  let [a, b] = [0, 0];
  for (let [x, y] = [one[a], other[b]]; x && y; [x, y] = [one[a], other[b]]) {
    const [from, to] = [Math.max(x.from, y.from), Math.min(x.to, y.to)];
    if (from < to) common.push({ from, to });
    if (x.to < y.to) a += 1;
    else b += 1;
  }
  return common;
}

export function subtract(one: readonly Span[], other: readonly Span[]): Span[] {
  const edges = [Number.NEGATIVE_INFINITY, ...other.flatMap(({ from, to }) => [from, to]), Number.POSITIVE_INFINITY];
  const gaps: Span[] = [];
  for (let at = 0; at < edges.length; at += 2) {
    const [from = 0, to = 0] = [edges[at], edges[at + 1]];
    gaps.push({ from, to });
  }
  return intersect(one, gaps);
}

export function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** When at least this many of these sets hold. Each set is sorted and does not overlap itself. */
export function whenAtLeast(count: number, sets: Iterable<readonly Span[]>): Span[] {
  const steps: [at: number, change: 1 | -1][] = [];
  for (const set of sets) for (const { from, to } of set) steps.push([from, 1], [to, -1]);
  steps.sort(([one], [other]) => one - other);
  const spans: Span[] = [];
  let [holding, since] = [0, 0];
  for (const [at, change] of steps) {
    if (change === 1 && holding === count - 1) since = at;
    if (change === -1 && holding === count && since < at) spans.push({ from: since, to: at });
    holding += change;
  }
  return union(spans);
}

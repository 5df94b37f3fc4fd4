/** Sets of moments, compared with the moments themselves. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { intersect, lengthOf, type Span, subtract, union, whenAtLeast } from '@/shared/spans';

const END = 30;
const spans = fc.array(
  fc.record({ from: fc.nat(END), length: fc.nat(8) }).map(({ from, length }) => ({ from, to: from + length })),
  { maxLength: 6 },
);
const holdsAt = (set: readonly Span[], at: number) => set.some(({ from, to }) => from <= at && at < to);
const moments = Array.from({ length: END + 10 }, (_, at) => at);
const momentsOf = (set: readonly Span[]) => moments.filter((at) => holdsAt(set, at));

function isTidy(set: readonly Span[]): boolean {
  return set.every(({ from, to }, at) => from < to && from > (set[at - 1]?.to ?? Number.NEGATIVE_INFINITY));
}

it('a union holds whenever one of its spans holds, and its spans neither overlap nor touch', () => {
  fc.assert(
    fc.property(spans, (given) => {
      const merged = union(given);
      expect(momentsOf(merged)).toEqual(momentsOf(given));
      expect(isTidy(merged)).toBe(true);
      expect(lengthOf(merged)).toBe(momentsOf(given).length);
    }),
  );
});

it('an intersection holds when both hold, a difference when only the first does', () => {
  fc.assert(
    fc.property(spans, spans, (one, other) => {
      const [a, b] = [union(one), union(other)];
      expect(momentsOf(intersect(a, b))).toEqual(moments.filter((at) => holdsAt(a, at) && holdsAt(b, at)));
      expect(momentsOf(subtract(a, b))).toEqual(moments.filter((at) => holdsAt(a, at) && !holdsAt(b, at)));
    }),
  );
});

it('knows when at least so many sets hold at once', () => {
  fc.assert(
    fc.property(fc.array(spans, { maxLength: 6 }), fc.integer({ min: 1, max: 4 }), (given, count) => {
      const sets = given.map(union);
      const held = whenAtLeast(count, sets);
      expect(momentsOf(held)).toEqual(moments.filter((at) => sets.filter((set) => holdsAt(set, at)).length >= count));
      expect(isTidy(held)).toBe(true);
    }),
  );
});

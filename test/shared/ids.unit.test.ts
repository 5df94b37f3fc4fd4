import { afterEach, describe, expect, it, vi } from 'vitest';
import { firstIdAt, newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

afterEach(() => {
  vi.useRealTimers();
});

describe('ids', () => {
  it('are unique, and in the order of their making within a millisecond', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const ids = Array.from({ length: 10_000 }, newId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.toSorted()).toEqual(ids);
  });

  it('follow a clock that was ahead and is set back, and one that stumbles not', () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const now = Date.now();
    vi.setSystemTime(now + 30 * DAY_MS);
    expect(newId() > firstIdAt(now + 30 * DAY_MS)).toBe(true);
    vi.setSystemTime(now);
    const back = newId();
    expect(back > firstIdAt(now) && back < firstIdAt(now + DAY_MS)).toBe(true);
    vi.setSystemTime(now - 1_000);
    expect(newId() > back).toBe(true);
  });
});

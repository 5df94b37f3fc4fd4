/** Where periods begin and end, in UTC. */
import { describe, expect, it } from 'vitest';
import { periodAt, periodsToReward } from '@/domains/base/economy/periods';

const at = (iso: string) => Date.parse(iso);
const span = (kind: Parameters<typeof periodAt>[0], iso: string) => {
  const { name, startMs, endMs } = periodAt(kind, at(iso));
  return [name, new Date(startMs).toISOString().slice(0, 16), new Date(endMs).toISOString().slice(0, 16)];
};

describe('the current period', () => {
  it.each([
    ['day', '2026-11-23T00:00:00Z', ['2026-11-23', '2026-11-23T00:00', '2026-11-24T00:00']],
    ['day', '2026-11-23T23:59:59.999Z', ['2026-11-23', '2026-11-23T00:00', '2026-11-24T00:00']],
    ['week', '2026-11-23T00:00:00Z', ['2026-11-23', '2026-11-23T00:00', '2026-11-30T00:00']],
    ['week', '2026-11-22T23:59:59Z', ['2026-11-16', '2026-11-16T00:00', '2026-11-23T00:00']],
    ['week', '2027-01-01T12:00:00Z', ['2026-12-28', '2026-12-28T00:00', '2027-01-04T00:00']],
    ['month', '2028-02-29T12:00:00Z', ['2028-02-01', '2028-02-01T00:00', '2028-03-01T00:00']],
    ['month', '2026-12-31T23:59:59Z', ['2026-12-01', '2026-12-01T00:00', '2027-01-01T00:00']],
  ] as const)('as a %s at %s', (kind, iso, expected) => {
    expect(span(kind, iso)).toEqual(expected);
  });

  it('of all time has one name and no end', () => {
    expect(span('ever', '2026-11-23T00:00:00Z')).toEqual(['ever', '1970-01-01T00:00', '9999-12-31T00:00']);
  });
});

describe('the rewarded periods', () => {
  const names = (kind: Parameters<typeof periodAt>[0], iso: string) =>
    periodsToReward(kind, at(iso)).map(({ name }) => name);

  it('are the current one and, for three hours, the one before', () => {
    expect(names('day', '2026-11-23T02:59:00Z')).toEqual(['2026-11-22', '2026-11-23']);
    expect(names('day', '2026-11-23T03:00:00Z')).toEqual(['2026-11-23']);
    expect(names('week', '2026-11-23T01:00:00Z')).toEqual(['2026-11-16', '2026-11-23']);
    expect(names('month', '2026-12-01T01:00:00Z')).toEqual(['2026-11-01', '2026-12-01']);
    expect(names('ever', '2026-12-01T01:00:00Z')).toEqual(['ever']);
  });
});

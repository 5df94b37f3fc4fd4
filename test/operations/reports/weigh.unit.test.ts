import { describe, expect, it } from 'vitest';
import { isAnsweredBy } from '@/domains/operations/reports/answered';
import { presetOf, suggestPreset } from '@/domains/operations/reports/suggest';
import { standingOf, weigh } from '@/domains/operations/reports/weigh';
import { DAY_MS } from '@/shared/time';

const NEW = { upheld: 0, dismissed: 0 };
const GOOD = { upheld: 3, dismissed: 1 };
const BAD = { upheld: 0, dismissed: 3 };

describe('the standing of a reporter', () => {
  it.each([
    [NEW, 'neutral'],
    [{ upheld: 2, dismissed: 0 }, 'neutral'],
    [{ upheld: 0, dismissed: 2 }, 'neutral'],
    [{ upheld: 3, dismissed: 0 }, 'good'],
    [GOOD, 'good'],
    [{ upheld: 2, dismissed: 1 }, 'neutral'],
    [{ upheld: 1, dismissed: 3 }, 'neutral'],
    [{ upheld: 1, dismissed: 4 }, 'bad'],
    [BAD, 'bad'],
  ])('after %o is %s', (record, standing) => {
    expect(standingOf(record)).toBe(standing);
  });
});

describe('the weight of a report', () => {
  it('puts harm to children and self-harm first, and counts a good record double', () => {
    expect(weigh('minor', NEW, DAY_MS)).toEqual({ base: 1, weight: 1, urgency: 1 });
    expect(weigh('self_harm', GOOD, 0)).toEqual({ base: 1, weight: 2, urgency: 2 });
  });

  it('puts what harms people before what annoys them, and hides neither', () => {
    expect(weigh('hate', GOOD, DAY_MS)).toEqual({ base: 3, weight: 2, urgency: 0 });
    expect(weigh('spam', NEW, DAY_MS)).toEqual({ base: 4, weight: 1, urgency: 0 });
  });

  it('is nothing from a reporter with a bad record', () => {
    expect(weigh('minor', BAD, DAY_MS)).toEqual({ base: 4, weight: 0, urgency: 0 });
  });
});

describe('a report by an account that is younger than a day', () => {
  it('makes the case urgent, but does not help to hide its target', () => {
    expect(weigh('minor', NEW, DAY_MS - 1)).toEqual({ base: 1, weight: 1, urgency: 0 });
    expect(weigh('minor', GOOD, DAY_MS - 1)).toEqual({ base: 1, weight: 2, urgency: 2 });
  });
});

describe('a resolved case', () => {
  const known = { status: 'resolved', fingerprint: 'a', resolvedAt: 0, hasCategory: true } as const;

  it('answers reports on the same content for the same reason for a week', () => {
    expect(isAnsweredBy(known, 'post', 'a', 7 * DAY_MS - 1)).toBe(true);
    expect(isAnsweredBy(known, 'post', 'a', 7 * DAY_MS)).toBe(false);
    expect(isAnsweredBy(known, 'post', 'b', 1)).toBe(false);
    expect(isAnsweredBy({ ...known, hasCategory: false }, 'post', 'a', 1)).toBe(false);
  });

  it('never answers a report on a person, whose profile says little about what they do', () => {
    expect(isAnsweredBy(known, 'user', 'a', 1)).toBe(false);
  });
});

describe('the suggested preset', () => {
  const NOTHING = { warnings: 0, removals: 0, timeouts: 0, bans: 0 };

  it.each([
    [NOTHING, 'warn'],
    [{ ...NOTHING, warnings: 1 }, 'day'],
    [{ ...NOTHING, removals: 2 }, 'day'],
    [{ ...NOTHING, warnings: 1, timeouts: 1 }, 'week'],
    [{ ...NOTHING, timeouts: 2 }, 'ban'],
    [{ ...NOTHING, bans: 1 }, 'ban'],
  ] as const)('after %o is %s', (history, preset) => {
    expect(suggestPreset('spam', history)).toBe(preset);
  });

  it('is a ban for harm to children, whatever the history', () => {
    expect(suggestPreset('minor', NOTHING)).toBe('ban');
  });

  it('says how long a timeout lasts', () => {
    expect(presetOf('week', 1_000)).toEqual({ action: 'timeout', until: 1_000 + 7 * DAY_MS });
    expect(presetOf('ban', 1_000)).toEqual({ action: 'ban', until: null });
  });
});

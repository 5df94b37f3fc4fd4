/** Versions of apps as people and build tools write them. */
import { describe, expect, it } from 'vitest';
import { findVersion, isOlder } from '@/shared/app-version';

describe('a version', () => {
  it.each([
    ['1.2.3', '1.2.3'],
    ['v1.2.3', '1.2.3'],
    ['v1.2', '1.2.0'],
    ['7', '7.0.0'],
    ['1.2.3-beta.1+5', '1.2.3-beta.1'],
    ['0.0.0', '0.0.0'],
  ])('reads %s as %s', (text, version) => {
    expect(findVersion(text)).toBe(version);
  });

  it.each(['', 'latest', '1.2.3.4', '01.2.3', '1.2.x', '^1.2.3', '1.-2.3', '1.2.3-', '١.٢', `${'9'.repeat(20)}.0.0`])(
    'rejects %j',
    (text) => {
      expect(findVersion(text)).toBeUndefined();
    },
  );
});

describe('the order of versions', () => {
  it('compares numbers as numbers', () => {
    expect(isOlder('1.9.0', '1.10.0')).toBe(true);
    expect(isOlder('1.10.0', '1.9.0')).toBe(false);
  });

  it('puts pre-releases before their release, in the order of their parts', () => {
    const ordered = ['1.0.0-alpha', '1.0.0-alpha.1', '1.0.0-beta.2', '1.0.0-beta.11', '1.0.0-rc.1', '1.0.0'];
    for (const [index, version] of ordered.entries())
      expect(ordered.map((other) => isOlder(version, other))).toEqual(ordered.map((_, place) => index < place));
  });
});

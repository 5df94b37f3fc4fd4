import { expect, test } from 'vitest';
import { isAtLeastYearsOld } from '@/shared/time';

const NOON = Date.UTC(2026, 1, 28, 12);

test.each([
  ['2013-02-28', true],
  ['2013-03-01', false],
  ['2012-02-29', true],
  ['1900-01-01', true],
  ['1899-12-31', false],
  ['2030-01-01', false],
])('who was born on %s is 13 on the 28th of February 2026: %s', (birthDate, expected) => {
  expect(isAtLeastYearsOld(birthDate, 13, NOON)).toBe(expected);
});

test('who was born on the 29th of February turns 13 on the first of March', () => {
  expect(isAtLeastYearsOld('2012-02-29', 13, Date.UTC(2025, 1, 28, 23))).toBe(false);
  expect(isAtLeastYearsOld('2012-02-29', 13, Date.UTC(2025, 2, 1))).toBe(true);
});

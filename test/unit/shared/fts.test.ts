import { expect, test } from 'vitest';
import { ftsQuery } from '@/shared/fts';

test.each([
  ['jazz', '"jazz"*'],
  ['Night  jazz', '"Night" "jazz"*'],
  ['été 日本', '"été" "日本"*'],
  ['a"b*c -d NEAR(e)', '"a" "b" "c" "d" "NEAR" "e"*'],
  ['1 2 3 4 5 6 7 8 9', '"1" "2" "3" "4" "5" "6" "7" "8"*'],
  ['x'.repeat(99), `"${'x'.repeat(32)}"*`],
])('%s', (text, expected) => {
  expect(ftsQuery(text)).toBe(expected);
});

test.each(['', '   ', '"*()', '💥'])('%j has no words, so it restricts nothing', (text) => {
  expect(ftsQuery(text)).toBeUndefined();
});

import { expect, test } from 'vitest';
import { ftsQuery } from '@/shared/fts';

test.each([
  ['jazz', '"jazz"', '"jazz"*'],
  ['Night  jazz', '"Night" AND "jazz"', '"Night" AND "jazz"*'],
  ['été 日本', '"été" AND "日 本"', '"été" AND "日 本"'],
  [
    'a"b*c -d NEAR(ef)',
    '"a" AND "b" AND "c" AND "d" AND "NEAR" AND "ef"',
    '"a" AND "b" AND "c" AND "d" AND "NEAR" AND "ef"*',
  ],
  [
    '1 2 3 4 5 6 7 88 9',
    '"1" AND "2" AND "3" AND "4" AND "5" AND "6" AND "7" AND "88"',
    '"1" AND "2" AND "3" AND "4" AND "5" AND "6" AND "7" AND "88"*',
  ],
  ['日本 音楽', '"日 本" AND "音 楽"', '"日 本" AND "音 楽"'],
  ['iPhone手机壳x', '"iPhone 手 机 壳 x"', '"iPhone 手 机 壳 x"'],
  ['한국어를', '"한 국 어 를"', '"한 국 어 를"'],
  ['ดี', '"ด ี"', '"ด ี"'],
  ['ışık show', '"işik" AND "show"', '"işik" AND "show"*'],
  ['ёлка й Łódź Straße', '"елка" AND "й" AND "Lódź" AND "Strasse"', '"елка" AND "й" AND "Lódź" AND "Strasse"*'],
  ['x'.repeat(99), `"${'x'.repeat(32)}"`, `"${'x'.repeat(32)}"*`],
])('%s is looked for as it is written, or with the last word unfinished', (text, whole, begun) => {
  expect(ftsQuery(text)).toEqual({ whole, begun });
});

test('a single letter is the beginning of too many, and a single character of a script without spaces is a word', () => {
  expect(ftsQuery('jazz a').begun).toBe('"jazz" AND "a"');
  expect(ftsQuery('日').begun).toBe('"日"');
});

test.each(['', '   ', '"*()', '💥', '❤️', '___'])('%j has no words, so it finds nothing', (text) => {
  expect(ftsQuery(text)).toEqual({ whole: '""', begun: '""' });
});

import { expect, test } from 'vitest';
import { ftsQuery, rankedFtsQuery } from '@/shared/fts';

test.each([
  ['jazz', '"jazz"*'],
  ['Night  jazz', '"Night" AND "jazz"*'],
  ['été 日本', '"été" AND "日本"*'],
  ['a"b*c -d NEAR(e)', '"a" AND "b" AND "c" AND "d" AND "NEAR" AND "e"*'],
  ['1 2 3 4 5 6 7 8 9', '"1" AND "2" AND "3" AND "4" AND "5" AND "6" AND "7" AND "8"*'],
  ['日本 音楽', '"日本"* AND "音楽"*'],
  ['ışık show', '("ışık" OR "işik") AND "show"*'],
  ['İnşaat', '("İnşaat"* OR "inşaat"* OR "ınşaat"*)'],
  ['x'.repeat(99), `"${'x'.repeat(32)}"*`],
])('%s', (text, expected) => {
  expect(ftsQuery(text)).toBe(expected);
});

test.each(['', '   ', '"*()', '💥'])('%j has no words, so it restricts nothing', (text) => {
  expect(ftsQuery(text)).toBeUndefined();
});

test.each([
  ['jazz', '("jazz" OR "jazz"*)'],
  ['night jazz', '"night" AND ("jazz" OR "jazz"*)'],
  ['a', '"a"'],
  ['日', '("日" OR "日"*)'],
])('ranked, %s weighs the whole word too', (text, expected) => {
  expect(rankedFtsQuery(text)).toBe(expected);
});

import { expect, test } from 'vitest';
import { fold, foldText, hasVisibleCharacter } from '@/shared/text';

test.each(['a', '7', '.', '🎧', '👩‍👩‍👧‍👦', 'ليلى', 'नि', '田', '\u200ba', '⠓'])('%j shows something', (text) => {
  expect(hasVisibleCharacter(text)).toBe(true);
});

test.each([
  '',
  ' ',
  '\u00a0\u3000',
  '\u200b\u200c\u200d\u2060\ufeff',
  '\u00ad',
  '\u3164\u115f\uffa0',
  '\u2800',
  '\u0301',
  '\ufe0f',
])('%j shows nothing', (text) => {
  expect(hasVisibleCharacter(text)).toBe(false);
});

test.each([
  ['a\r\nb\rc\n\u0085d\u2028\u2029e', 'a\nb\nc\n\nd\n\ne'],
  ['\r\n a \r\n', 'a'],
  ['\u200b\u2800', ''],
  ['e\u0301 \ufa19', 'e\u0301 \ufa19'],
  ['ガラス 한국어 синий'.normalize('NFD'), 'ガラス 한국어 синий'],
  ['за\u0301мок \u1112', 'за\u0301мок \u1112'],
  ['\u0000', '\u0000'],
  ['\ud800', '\ud800'],
])('%j is kept as %j', (typed, kept) => {
  expect(foldText(typed)).toBe(kept);
  expect(foldText(kept)).toBe(kept);
});

test('fold ignores case and Unicode form, and normalises no more of a text than a name could have', () => {
  expect(fold(' Ａda@Example.test ')).toBe('ada@example.test');
  expect(fold(`a${'\u0301\u0316'.repeat(60_000)}`).length).toBeLessThan(2_000);
});

import { expect, test } from 'vitest';
import { hasVisibleCharacter } from '@/shared/text';

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

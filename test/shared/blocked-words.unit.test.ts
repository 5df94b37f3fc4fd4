import { expect, test } from 'vitest';
import { foldLetters, hasBlockedWord, prepareBlockedWords } from '@/shared/blocked-words';

const isBlocked = (blocked: string, text: string) => hasBlockedWord(prepareBlockedWords([blocked]), foldLetters(text));

test.each([
  ['a zero-width space', 's\u200bp\u200bam'],
  ['a soft hyphen', 'sp\u00adam'],
  ['a word joiner', 'spa\u2060m'],
  ['a combining grapheme joiner', 'spa\u034fm'],
  ['variation selectors', 's\ufe0fp\u{e0100}am'],
  ['a Hangul filler', 'sp\u3164am'],
  ['a byte order mark', '\ufeffspam'],
  ['a tag character', 'sp\u{e0041}am'],
  ['a vowel sign of another script', 'sp\u0e34am'],
  ['accents on accents', 's\u0301\u0489pa\u20ddm'],
])('a blocked word is seen through %s, in the text and in the list', (_, written) => {
  expect(isBlocked('spam', `no ${written} here`)).toBe(true);
  expect(isBlocked(written, 'no spam here')).toBe(true);
});

test.each([
  ['Devanagari', 'काम', 'कम'],
  ['Devanagari, the other way', 'कम', 'काम'],
  ['a nukta', 'राज', 'राज़'],
  ['Bengali', 'মাল', 'মল'],
  ['Tamil', 'காமம்', 'கமம'],
  ['Thai', 'หม', 'หมี'],
  ['Thai in the middle', 'หมี', 'หมู'],
  ['Kana', 'はか', 'はが'],
  ['Kana, the other way', 'ばか', 'はか'],
])('a vowel sign or voicing mark makes another word: %s', (_, blocked, text) => {
  expect(isBlocked(blocked, `${text} ${text}`)).toBe(false);
  expect(isBlocked(blocked, blocked)).toBe(true);
});

test.each([
  ['Arabic vowel points', 'محمد', 'مُحَمَّد'],
  ['a stretched Arabic word', 'محمد', 'محـــمد'],
  ['Hebrew points', 'שלום', 'שָׁלוֹם'],
  ['Greek accents', 'λόγος', 'ΛΟΓΟΣ'],
  ['Cyrillic diacritics', 'ёлка', 'елка'],
  ['Vietnamese', 'tiếng', 'TIENG'],
  ['full-width Kana and half-width', 'バカ', 'ﾊﾞｶ'],
  ['mathematical letters', 'spam', '𝓼𝓹𝓪𝓶'],
  ['invisible letters between vowel signs', 'หมี', 'ห\u200bม\u200bี'],
  ['an emoji with and without its selector', '❤\ufe0f', 'a❤'],
])('a word is found in another spelling: %s', (_, blocked, text) => {
  expect(isBlocked(blocked, text)).toBe(true);
});

/**
 * How the search indexes spell a text, as migration 0088 says it in SQL: each character of a script without spaces is a
 * word of its own, and a letter that the tokenizer does not fold is its plain letter and marks that it drops.
 */

const [A, B] = ['\u030f', '\u0311'];

/** Letters, the plain letters that people type for them, and the marks that tell them apart in an index. */
const GROUPS: readonly (readonly [letters: string, plain: string, marks: string])[] = [
  ['ёЁґҐ', 'еЕгГ', A + B],
  ['άέήίόύώΆΈΉΊΌΎΏ', 'αεηιουωΑΕΗΙΟΥΩ', A + B],
  ['ϊϋΪΫ', 'ιυΙΥ', B + A],
  ['ΐΰ', 'ιυ', A + A],
  ['łŁøØđĐħĦŧŦı', 'lLoOdDhHtTi', A + B],
  ['ðÐ', 'dD', B + A],
  ['\u0623\u0649\u0629', '\u0627\u064a\u0647', A + B],
  ['\u0625', '\u0627', B + A],
  ['\u0622', '\u0627', A + A],
  ['\u0671', '\u0627', B + B],
];
const TWO_LETTERS = ['æae', 'ÆAE', 'œoe', 'ŒOE', 'ßss', 'ẞSS', 'þth', 'ÞTH'];
/** Arabic vowel signs and the stroke that only stretches a word: people leave them out. */
const LEFT_OUT = '\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0640';
const LEFT_OUT_MARKS = '\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u0309';

/** Each letter as the indexes have it. */
export const INDEXED_LETTERS: ReadonlyMap<string, string> = new Map([
  ...GROUPS.flatMap(([letters, plain, marks]) =>
    [...letters].map((letter, place) => [letter, `${plain[place]}${marks}`] as const),
  ),
  ...TWO_LETTERS.map(([letter = '', first, second]) => [letter, `${first}${B}${B}${second}`] as const),
  ...[...LEFT_OUT].map((letter, place) => [letter, `${A}${LEFT_OUT_MARKS[place]}`] as const),
]);
const LETTERS = new Map([...INDEXED_LETTERS].map(([letter, indexed]) => [indexed, letter]));
const INDEXED = new RegExp([...LETTERS.keys()].join('|'), 'g');
const MARKED = new RegExp(`[${[...INDEXED_LETTERS.keys()].join('')}]`, 'g');
const MARKS = /[\u0300-\u0311]/g;

/** Stands on both sides of each character of a script without spaces. Users' texts cannot contain it. */
const APART = '\u0001';

/** A text from an index, as its writer wrote it. */
export function asWritten(indexed: string): string {
  return indexed.replaceAll(APART, '').replaceAll(INDEXED, (letters) => LETTERS.get(letters) ?? letters);
}

/** A reader's word with the plain letters that the index finds it by. */
export function withPlainLetters(word: string): string {
  return word.replaceAll(MARKED, (letter) => INDEXED_LETTERS.get(letter)?.replaceAll(MARKS, '') ?? letter);
}

/**
 * Thai, Lao, Myanmar, Khmer, Hangul, Han, kana and Bopomofo. Hangul has spaces, but endings are written onto its words.
 */
const WITHOUT_SPACES =
  /[\u0e01-\u0e4e\u0e81-\u0ece\u1000-\u103f\u1100-\u11ff\u1780-\u17d3\u2e80-\u2fdf\u3005-\u3007\u3021-\u31ff\u3400-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\u{20000}-\u{3ffff}]/gu;

/** The words that an index makes of one word: each character of a script without spaces, and what is between them. */
export function piecesOf(word: string): string[] {
  return word.replaceAll(WITHOUT_SPACES, ' $& ').split(' ').filter(Boolean);
}

export function isWithoutSpaces(piece: string): boolean {
  return piece.search(WITHOUT_SPACES) === 0;
}

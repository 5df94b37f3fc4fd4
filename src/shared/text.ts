/** Which texts count as equal, and which texts people may write. */

/** Longer than any name, address or password that could equal another. */
const COMPARED_UNITS_MAX = 1_024;

/**
 * Folds email addresses and names, so that those that differ only in case or Unicode form are equal. Cuts longer texts:
 * normalising 256 KB of combining marks takes six seconds, because they are sorted.
 */
export function fold(text: string): string {
  return text.slice(0, COMPARED_UNITS_MAX).trim().normalize('NFKC').toLowerCase();
}

/**
 * Control characters except tab and line breaks; bidirectional overrides, which misrepresent a text's order; and lone
 * surrogates, which D1 does not return as written.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\p{Surrogate}]/u;

/**
 * A pattern of the reference for a text that is folded first: NEL is then a line break, and JSON cannot hold lone
 * surrogates.
 */
export const WITHOUT_CONTROL =
  '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u0084\\u0086-\\u009f\\u202a-\\u202e\\u2066-\\u2069]*$';

export function hasControlCharacters(text: string): boolean {
  return CONTROL.test(text);
}

const CONTROLS = new RegExp(CONTROL, 'gu');

export function withoutControlCharacters(text: string): string {
  return text.replaceAll(CONTROLS, '');
}

/** Invisible zero-width characters, which often come along when people copy a text. */
const WITHOUT_WIDTH = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** In a pattern of the reference: blanks and invisible characters, which `asPasted` removes. */
export const PASTED_BLANKS =
  ' \\t\\n\\r\\u00a0\\u00ad\\u1680\\u2000-\\u200f\\u2028-\\u202f\\u205f-\\u2064\\u3000\\ufeff';

/** Cleans a pasted line: trims it, removes invisible characters and makes full-width letters plain. */
export function asPasted(text: string): string {
  return withoutInvisible(text).normalize('NFKC').trim();
}

export function withoutInvisible(text: string): string {
  return text.replaceAll(WITHOUT_WIDTH, '');
}

/** The username that a reader probably typed: some put an at sign before it. */
export function usernameIn(words: string): string {
  return fold(asPasted(words)).replace(/^@/, '');
}

const BLANKS = /\s/g;
const DASHES = /[\p{Pd}\u2212]/gu;
const ARABIC_DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g;

/** Cleans a pasted code: like `asPasted`, without inner blanks and with ASCII dashes and digits. */
export function asPastedCode(text: string): string {
  return asPasted(text)
    .replaceAll(BLANKS, '')
    .replaceAll(DASHES, '-')
    .replaceAll(ARABIC_DIGITS, (digit) => String(digit.charCodeAt(0) % 16));
}

/** Cleans a pasted code that has hyphens only so that people can read it. */
export function asPastedLetters(text: string): string {
  return asPastedCode(text).replaceAll('-', '');
}

/** Counts code points, which is closer to what readers count than UTF-16 units. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Trims the text and turns every line break into LF, since forms send CRLF. */
export function foldBlanks(typed: string): string {
  return typed.replaceAll(/\r\n|[\r\u0085\u2028\u2029]/g, '\n').trim();
}

/** Hangul, kana and Cyrillic whose letters are written in parts, as in a Mac's names of files. */
const IN_PARTS = /[\u1100-\u11ff]{2,}|[\u3041-\u30ff][\u3099\u309a]|[\u0400-\u04ff][\u0300-\u0308]/g;

/** Composes letters that look the same as one. A search would take their parts for other letters. */
function compose(text: string): string {
  return text.replaceAll(IN_PARTS, (parts) => parts.normalize('NFC'));
}

/**
 * Text as it is stored: `foldBlanks`, composed, and empty if no character is visible. Keeps control characters, so that
 * they can be rejected. Does not normalise other letters, since that can change how a name looks.
 */
export function foldText(typed: string): string {
  const text = compose(foldBlanks(typed));
  return hasVisibleCharacter(text) || hasControlCharacters(text) ? text : '';
}

/**
 * `foldText`, and without blank lines at both ends; several in a row become one. A line of invisible characters is blank,
 * too.
 */
export function foldLines(typed: string): string {
  const lines = foldText(typed).split('\n');
  const isBlank = (line: string | undefined) =>
    line === undefined || !(hasVisibleCharacter(line) || hasControlCharacters(line));
  const kept = lines
    .map((line) => (isBlank(line) ? '' : line))
    .filter((line, at, all) => line || !isBlank(all[at - 1]));
  return kept.join('\n').trim();
}

export function countLines(text: string): number {
  return text.split('\n').length;
}

/** Whether anything is visible: a name of zero-width spaces would be no name. */
export function hasVisibleCharacter(text: string): boolean {
  // Marks need a base character, and U+2800 is a Braille letter without dots.
  return /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);
}

/** Cuts a text to this many UTF-16 units, between characters, and appends an ellipsis. */
export function cut(text: string, unitsMax: number): string {
  return text.length <= unitsMax ? text : `${text.slice(0, unitsMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** What makes two texts the same, and which texts people may write. */

/** Longer than any name, address or password that could be the same as another. */
const COMPARED_UNITS_MAX = 1_024;

/**
 * Two e-mail addresses or names that differ only in case or Unicode form are the same. Only the beginning of a longer
 * text is compared: to normalise 256 KB of combining marks takes six seconds, since each is put in order among all.
 */
export function fold(text: string): string {
  return text.slice(0, COMPARED_UNITS_MAX).trim().normalize('NFKC').toLowerCase();
}

/**
 * Control characters but tab and line breaks; the bidirectional overrides that let a text lie about its order; and
 * halves of a character, which would be read from D1 as something else than was written.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\p{Surrogate}]/u;

export function hasControlCharacters(text: string): boolean {
  return CONTROL.test(text);
}

/** Characters without width, which come along when a text is copied and which nobody sees. */
const WITHOUT_WIDTH = /[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** A line as somebody pastes it: without blanks and line ends around it, and full-width letters are plain ones. */
export function asPasted(text: string): string {
  return withoutInvisible(text).normalize('NFKC').trim();
}

export function withoutInvisible(text: string): string {
  return text.replaceAll(WITHOUT_WIDTH, '');
}

const BLANKS = /\s/g;
const DASHES = /[\p{Pd}\u2212]/gu;
const ARABIC_DIGITS = /[\u0660-\u0669\u06f0-\u06f9]/g;

/** A code as somebody pastes it: as a line, without blanks in it, and its dashes and digits are those of ASCII. */
export function asPastedCode(text: string): string {
  return asPasted(text)
    .replaceAll(BLANKS, '')
    .replaceAll(DASHES, '-')
    .replaceAll(ARABIC_DIGITS, (digit) => String(digit.charCodeAt(0) % 16));
}

/** Characters as a reader counts them in code points, not UTF-16 units. */
export function countCharacters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

/** Every kind of line break is LF, since a form sends CRLF, and nothing blank stands around the text. */
export function foldBlanks(typed: string): string {
  return typed.replaceAll(/\r\n|[\r\u0085\u2028\u2029]/g, '\n').trim();
}

/**
 * Text as it is stored: `foldBlanks`, and empty if nothing of it is visible. Control characters stay, to be refused.
 * Composing letters is left to comparisons: it can change how a name looks.
 */
export function foldText(typed: string): string {
  const text = foldBlanks(typed);
  return hasVisibleCharacter(text) || hasControlCharacters(text) ? text : '';
}

/** Whether anything is to be seen of it: a name of spaces that have no width would be no name. */
export function hasVisibleCharacter(text: string): boolean {
  // Marks alone have nothing to stand on, and U+2800 is a letter of Braille without a dot.
  return /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u.test(text);
}

/** Cuts a text to this many UTF-16 units, between characters, and ends it with an ellipsis. */
export function cut(text: string, unitsMax: number): string {
  return text.length <= unitsMax ? text : `${text.slice(0, unitsMax - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** A reader's search words as an FTS5 expression: every word quoted, so that none of them is syntax. */

const WORDS_MAX = 8;
const WORD_CHARACTERS_MAX = 32;

/**
 * All words must occur; the last one may still be unfinished. Nothing where the text has no word in it, which
 * callers take as no restriction.
 */
export function ftsQuery(text: string): string | undefined {
  // Letters, marks and digits are all that the tokenizer keeps, so all that could match.
  const words = text.normalize('NFKC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  const quoted = words.slice(0, WORDS_MAX).map((word) => `"${[...word].slice(0, WORD_CHARACTERS_MAX).join('')}"`);
  return quoted.length > 0 ? `${quoted.join(' ')}*` : undefined;
}

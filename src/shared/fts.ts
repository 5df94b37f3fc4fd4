/** A reader's search words as an FTS5 expression: every word quoted, so that none of them is syntax. */

const WORDS_MAX = 8;
const WORD_CHARACTERS_MAX = 32;

/** Scripts without spaces: the tokenizer takes a whole run of them for one word, so its beginning is what can be known. */
const WRITTEN_WITHOUT_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

/**
 * All words must occur; the last one may still be unfinished. Nothing where the text has no word in it, which
 * callers take as no restriction.
 */
export function ftsQuery(text: string): string | undefined {
  return allOf(text, (word, isLast) => [isLast || WRITTEN_WITHOUT_SPACES.test(word) ? `"${word}"*` : `"${word}"`]);
}

/**
 * The same for lists by rank: a whole word counts for more than the beginning of another, and a single letter is the
 * beginning of too many.
 */
export function rankedFtsQuery(text: string): string | undefined {
  return allOf(text, (word, isLast) => {
    if (WRITTEN_WITHOUT_SPACES.test(word)) return [`"${word}"`, `"${word}"*`];
    return isLast && [...word].length > 1 ? [`"${word}"`, `"${word}"*`] : [`"${word}"`];
  });
}

function allOf(text: string, termsOf: (word: string, isLast: boolean) => string[]): string | undefined {
  // Letters, marks and digits are all that the tokenizer keeps, so all that could match.
  const words = (text.normalize('NFKC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).slice(0, WORDS_MAX);
  if (words.length === 0) return undefined;
  return words
    .map((word, index) => {
      const short = [...word].slice(0, WORD_CHARACTERS_MAX).join('');
      const terms = spellingsOf(short).flatMap((spelling) => termsOf(spelling, index === words.length - 1));
      return terms.length > 1 ? `(${terms.join(' OR ')})` : terms.join('');
    })
    .join(' AND ');
}

/** The tokenizer folds I to i, where Turkish has ı: a word with Turkish letters is looked for with either. */
function spellingsOf(word: string): string[] {
  if (!/[ğĞşŞıİ]/.test(word)) return [word];
  return [...new Set([word, word.replaceAll(/[ıIİ]/g, 'i'), word.replaceAll(/[iIİ]/g, 'ı')])];
}

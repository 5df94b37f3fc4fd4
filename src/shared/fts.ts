/** A reader's search words as FTS5 expressions: every word quoted, so that none of them is syntax. */

const WORDS_MAX = 8;
const WORD_CHARACTERS_MAX = 32;
/** Shorter, it is the beginning of too many: FTS5 would gather all of their rows before it answers the first. */
const BEGINNING_CHARACTERS_MIN = 2;
/** The empty phrase is found nowhere. */
const NOTHING = '""';

/** Scripts without spaces: the tokenizer takes a whole run of them for one word, so its beginning is what can be known. */
const WRITTEN_WITHOUT_SPACES =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;

export interface FtsQuery {
  /** Rows that hold all the words. */
  readonly whole: string;
  /** The same, and rows that hold words of which the last one is the beginning. A single letter is a word alone. */
  readonly begun: string;
}

/** What has no word in it finds nothing. */
export function ftsQuery(text: string): FtsQuery {
  // Letters, marks and digits are all that the tokenizer keeps, so all that could match.
  const words = (text.normalize('NFKC').match(/[\p{L}\p{M}\p{N}]+/gu) ?? []).slice(0, WORDS_MAX);
  if (words.length === 0) return { whole: NOTHING, begun: NOTHING };
  return {
    whole: allOf(words, () => false),
    begun: allOf(
      words,
      (word, index) =>
        WRITTEN_WITHOUT_SPACES.test(word) ||
        (index === words.length - 1 && [...word].length >= BEGINNING_CHARACTERS_MIN),
    ),
  };
}

function allOf(words: readonly string[], mayBeUnfinished: (word: string, index: number) => boolean): string {
  return words
    .map((word, index) => {
      const short = [...word].slice(0, WORD_CHARACTERS_MAX).join('');
      const terms = spellingsOf(short).map((spelling) =>
        mayBeUnfinished(word, index) ? `"${spelling}"*` : `"${spelling}"`,
      );
      return terms.length > 1 ? `(${terms.join(' OR ')})` : terms.join('');
    })
    .join(' AND ');
}

/** The tokenizer folds I to i, where Turkish has ı: a word with Turkish letters is looked for with either. */
function spellingsOf(word: string): string[] {
  if (!/[ğĞşŞıİ]/.test(word)) return [word];
  return [...new Set([word, word.replaceAll(/[ıIİ]/g, 'i'), word.replaceAll(/[iIİ]/g, 'ı')])];
}

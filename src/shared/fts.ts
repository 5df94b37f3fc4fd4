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

interface FtsQuery {
  /** Rows that hold all the words. */
  readonly whole: string;
  /** The same, and rows that hold words of which the last one is the beginning. A single letter is a word alone. */
  readonly begun: string;
}

/** What has no word in it finds nothing. */
export function ftsQuery(text: string): FtsQuery {
  const chunks = chunksOf(text);
  if (chunks.length === 0) return { whole: NOTHING, begun: NOTHING };
  const all = (mayBeUnfinished: (word: string, isLast: boolean) => boolean) =>
    chunks
      .map((writings, index) => {
        const isLast = index === chunks.length - 1;
        return oneOf(
          writings.map((words) =>
            allOf(words, (word, place) => mayBeUnfinished(word, isLast && place === words.length - 1)),
          ),
        );
      })
      .join(' AND ');
  return {
    whole: all(() => false),
    begun: all(
      (word, isLast) => WRITTEN_WITHOUT_SPACES.test(word) || (isLast && [...word].length >= BEGINNING_CHARACTERS_MIN),
    ),
  };
}

/**
 * What stands between spaces, each in the writings that it may have: in plain letters, and in the styled or full-width
 * ones that were typed. SQL cannot make these plain, so they stand in the index as somebody wrote them.
 */
function chunksOf(text: string): (readonly string[])[][] {
  const chunks: (readonly string[])[][] = [];
  let count = 0;
  for (const chunk of text.normalize('NFC').split(/\s+/u)) {
    const left = WORDS_MAX - count;
    const plain = wordsOf(chunk.normalize('NFKC')).slice(0, left);
    const typed = wordsOf(chunk).slice(0, left);
    const isPlain = plain.join(' ') === typed.join(' ');
    const writings = (isPlain ? [plain] : [plain, typed]).filter((words) => words.length > 0);
    if (writings.length > 0) chunks.push(writings);
    count += Math.max(plain.length, typed.length);
  }
  return chunks;
}

/**
 * Letters, marks and digits. The tokenizer keeps private-use characters, too, but the words that begin with one are of an
 * audience (see db/fts), and not for readers to look for.
 */
function wordsOf(text: string): readonly string[] {
  return text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
}

function allOf(words: readonly string[], mayBeUnfinished: (word: string, index: number) => boolean): string {
  return words
    .map((word, index) => {
      const short = [...word].slice(0, WORD_CHARACTERS_MAX).join('');
      return oneOf(
        spellingsOf(short).map((spelling) => (mayBeUnfinished(word, index) ? `"${spelling}"*` : `"${spelling}"`)),
      );
    })
    .join(' AND ');
}

/** In FTS5 an AND binds what stands in a term before the OR does. */
function oneOf(terms: readonly string[]): string {
  return terms.length > 1 ? `(${terms.join(' OR ')})` : terms.join('');
}

/** The tokenizer folds I to i, where Turkish has ı: a word with Turkish letters is looked for with either. */
function spellingsOf(word: string): string[] {
  if (!/[ğĞşŞıİ]/.test(word)) return [word];
  return [...new Set([word, word.replaceAll(/[ıIİ]/g, 'i'), word.replaceAll(/[iIİ]/g, 'ı')])];
}

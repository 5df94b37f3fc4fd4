/** Turns a reader's search text into FTS5 expressions. Every word is quoted, so none of them is syntax. */
import { isWithoutSpaces, piecesOf, withPlainLetters } from './indexed-text';

const WORDS_MAX = 8;
const WORD_CHARACTERS_MAX = 32;
/** A shorter prefix matches too much: FTS5 would collect all of its rows before returning the first. */
const BEGINNING_CHARACTERS_MIN = 2;
/** The empty phrase matches nothing. */
const NOTHING = '""';

interface FtsQuery {
  /** Rows that contain all the words. */
  readonly whole: string;
  /** Also rows in which the last word is a prefix. A single letter must match a whole word. */
  readonly begun: string;
}

/** A text without words finds nothing. */
export function ftsQuery(text: string): FtsQuery {
  const chunks = chunksOf(text);
  if (chunks.length === 0) return { whole: NOTHING, begun: NOTHING };
  const all = (mayBeUnfinished: (piece: string, isLast: boolean) => boolean) =>
    chunks
      .map((writings, index) => {
        const isLast = index === chunks.length - 1;
        return oneOf(
          writings.map((words) =>
            allOf(words, (piece, place) => mayBeUnfinished(piece, isLast && place === words.length - 1)),
          ),
        );
      })
      .join(' AND ');
  return {
    whole: all(() => false),
    begun: all((piece, isLast) => isLast && !isWithoutSpaces(piece) && [...piece].length >= BEGINNING_CHARACTERS_MIN),
  };
}

/**
 * Splits the text at spaces. Each chunk has its possible spellings: plain letters, and the styled or full-width ones as
 * typed. SQL cannot normalise these, so the index contains them as written.
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
 * Letters, marks and digits. The tokenizer also keeps private-use characters, but words that begin with one are
 * audience terms (see db/fts), which readers must not search for.
 */
function wordsOf(text: string): readonly string[] {
  const words = text.match(/[\p{L}\p{M}\p{N}]+/gu) ?? [];
  return words.map(withPlainLetters).filter((word) => /[\p{L}\p{N}]/u.test(word));
}

/** A word in a script without spaces is a phrase of its characters. */
function allOf(words: readonly string[], mayBeUnfinished: (lastPiece: string, index: number) => boolean): string {
  return words
    .map((word, index) => {
      const pieces = piecesOf([...word].slice(0, WORD_CHARACTERS_MAX).join(''));
      return `"${pieces.join(' ')}"${mayBeUnfinished(pieces.at(-1) ?? '', index) ? '*' : ''}`;
    })
    .join(' AND ');
}

/** NOTE: FTS5 binds AND tighter than OR, so alternatives need parentheses. */
function oneOf(terms: readonly string[]): string {
  return terms.length > 1 ? `(${terms.join(' OR ')})` : terms.join('');
}

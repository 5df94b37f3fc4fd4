/** Words that a channel does not allow: prepared once a change, then found in time linear in what is written. */

/** Blocked words, prepared. */
export interface BlockedWords {
  /** Folded words and phrases, matched against whole words. */
  readonly phrases: ReadonlySet<string>;
  /** How many words the phrases have: 1, 3. */
  readonly phraseLengths: readonly number[];
  /** Blocked texts that whole words cannot find: emoji, and scripts that write no spaces. */
  readonly fragments: readonly string[];
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const NO_SPACES = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;

const ASCII = /^[\0-\x7f]*$/;
/** The kashida is seen, but only stretches an Arabic word. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u0640]+/gu;
/**
 * Accents, and the vowel points that Hebrew and Arabic may leave out. Not the marks that are letters: vowel signs of
 * Indic scripts, Thai and their relatives, and the voicing marks of Kana.
 */
const DIACRITICS =
  /(?:(?![\u3099\u309a])(?=[\p{sc=Zinh}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}])\p{M})+/gu;
/** A mark that is a letter elsewhere is none on a letter of these scripts. */
const STRAY_MARKS = /([\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Zyyy}])\p{M}+/gu;
const MARK = /^\p{M}/u;

/** Letters that differ only in case, form, diacritics or by what nobody sees are the same letter. */
export function foldLetters(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .replace(INVISIBLE, '') // before marks are put in order, which an invisible letter between them would prevent
    .normalize('NFKD')
    .replace(DIACRITICS, '')
    .replace(STRAY_MARKS, '$1')
    .toLowerCase();
}

export function prepareBlockedWords(blockedWords: readonly string[]): BlockedWords {
  const phrases = new Set<string>();
  const lengths = new Set<number>();
  const fragments: string[] = [];
  for (const blocked of blockedWords) {
    const folded = foldLetters(blocked).trim();
    const words = folded.match(WORD) ?? [];
    if (words.length === 0 || NO_SPACES.test(folded)) {
      if (folded) fragments.push(folded);
      continue;
    }
    phrases.add(words.join(' '));
    lengths.add(words.length);
  }
  return { phrases, phraseLengths: [...lengths], fragments };
}

/**
 * One look-up for each word and each length of phrase: linear, whatever is written or blocked.
 * @param folded by `foldLetters`
 */
export function hasBlockedWord({ phrases, phraseLengths, fragments }: BlockedWords, folded: string): boolean {
  if (phrases.size === 0 && fragments.length === 0) return false;
  if (fragments.some((fragment) => hasFragment(folded, fragment))) return true;
  const words = folded.match(WORD) ?? [];
  return words.some((_, start) =>
    phraseLengths.some((length) => phrases.has(words.slice(start, start + length).join(' '))),
  );
}

/** A letter with another vowel sign behind it is another letter. */
function hasFragment(folded: string, fragment: string): boolean {
  for (let at = folded.indexOf(fragment); at >= 0; at = folded.indexOf(fragment, at + 1))
    if (!MARK.test(folded.slice(at + fragment.length, at + fragment.length + 2))) return true;
  return false;
}

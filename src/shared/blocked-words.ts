/** A channel's blocked words: prepared once per change, then matched in time linear in the message. */

/** Prepared blocked words. */
export interface BlockedWords {
  /** Folded words and phrases, matched against whole words. */
  readonly phrases: ReadonlySet<string>;
  /** The phrases' lengths in words: 1, 3. */
  readonly phraseLengths: readonly number[];
  /** Blocked texts that matching by whole words cannot find: emoji, and scripts written without spaces. */
  readonly fragments: readonly string[];
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const NO_SPACES = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;

const ASCII = /^[\0-\x7f]*$/;
/** The kashida is visible, but only stretches an Arabic word. */
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\u0640]+/gu;
/**
 * Accents, and the vowel points that are optional in Hebrew and Arabic. Excludes marks that are letters: vowel signs of
 * Indic scripts, Thai and their relatives, and the voicing marks of Kana.
 */
const DIACRITICS =
  /(?:(?![\u3099\u309a])(?=[\p{sc=Zinh}\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Hebr}\p{sc=Arab}\p{sc=Syrc}])\p{M})+/gu;
/** Marks that are letters in other scripts are noise on a letter of these scripts. */
const STRAY_MARKS = /([\p{sc=Latn}\p{sc=Grek}\p{sc=Cyrl}\p{sc=Zyyy}])\p{M}+/gu;
const MARK = /^\p{M}/u;

/** Folds letters that differ only in case, form, diacritics or invisible characters into the same letter. */
export function foldLetters(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  return text
    .replace(INVISIBLE, '') // before normalisation, since an invisible letter between marks prevents their reordering
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
 * Makes one look-up for each word and each length of phrase, so the time is linear in the message.
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

/** Skips a match that is followed by a vowel sign, because that makes its last letter another one. */
function hasFragment(folded: string, fragment: string): boolean {
  for (let at = folded.indexOf(fragment); at >= 0; at = folded.indexOf(fragment, at + 1))
    if (!MARK.test(folded.slice(at + fragment.length, at + fragment.length + 2))) return true;
  return false;
}

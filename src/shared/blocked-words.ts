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

const WORD = /[\p{L}\p{N}]+/gu;
const NO_SPACES = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Laoo}\p{sc=Khmr}\p{sc=Mymr}]/u;

/** Letters that differ in case, form or diacritics alone are the same letter. */
export function foldLetters(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
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

/** One look-up for each word and each length of phrase: linear, whatever is written or blocked. */
export function hasBlockedWord({ phrases, phraseLengths, fragments }: BlockedWords, text: string): boolean {
  if (phrases.size === 0 && fragments.length === 0) return false;
  const folded = foldLetters(text);
  if (fragments.some((fragment) => folded.includes(fragment))) return true;
  const words = folded.match(WORD) ?? [];
  return words.some((_, start) =>
    phraseLengths.some((length) => phrases.has(words.slice(start, start + length).join(' '))),
  );
}

/** A channel's blocked words: prepared once per change, then matched in time linear in the message. */
import { asLatin } from './look-alikes';

/** Prepared blocked words. */
export interface BlockedWords {
  /** Folded words and phrases, matched against whole words. */
  readonly phrases: ReadonlySet<string>;
  /** The phrases' lengths in words: 1, 3. */
  readonly phraseLengths: readonly number[];
  /** Phrases with a `*`, word by word. */
  readonly patterns: readonly (readonly Glob[])[];
  /**
   * Blocked texts that matching by whole words cannot find: emoji, and scripts written without spaces. The parts between
   * the `*` follow each other without a blank.
   */
  readonly fragments: readonly (readonly string[])[];
  /** Texts with symbols, such as `a$$`: found as they are, since their letters alone are innocent. */
  readonly literals: readonly string[];
}

/** The parts between the `*` of a word: it begins with the first and ends with the last. */
type Glob = readonly string[];

const WORD = /[\p{L}\p{M}\p{N}]+/gu;
const WORD_OR_WILD = /[\p{L}\p{M}\p{N}*]+/gu;
const WILD = '*';
const SYMBOL = /[\p{S}@#&%]/u;
const BEGINS_WORD = /^[\p{L}\p{M}\p{N}]/u;
const ENDS_WORD = /[\p{L}\p{M}\p{N}]$/u;
const BLANK = /\s/u;
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
/** Its compatibility form is a final sigma, but it looks like a c. */
const LUNATE_SIGMA = /[\u03f2\u03f9]/g;

/**
 * Folds letters that differ only in case, form, diacritics or invisible characters, or that look alike, into the same
 * letter, and `ß` into `ss`. Two texts that fold into the same one count as equal.
 */
export function foldLetters(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase();
  const letters = text
    .replace(INVISIBLE, '') // before normalisation, since an invisible letter between marks prevents their reordering
    .replace(LUNATE_SIGMA, 'c')
    .normalize('NFKD')
    .replace(DIACRITICS, '')
    .replace(STRAY_MARKS, '$1')
    .toLowerCase();
  return asLatin(letters);
}

/** The same, and blanks in a row count as one. */
export function foldWords(text: string): string {
  return foldLetters(text)
    .replaceAll(/[\s\u2800]+/g, ' ')
    .trim();
}

/** False for nothing but `*` and blanks, which would block every message. */
export function namesAWord(blocked: string): boolean {
  return /[^*\s]/u.test(foldLetters(blocked));
}

/** @param blockedWords `*` stands for any number of letters of a word, also none; as a word of its own, for any word */
export function prepareBlockedWords(blockedWords: readonly string[]): BlockedWords {
  const phrases = new Set<string>();
  const lengths = new Set<number>();
  const patterns: Glob[][] = [];
  const fragments: string[][] = [];
  const literals: string[] = [];
  for (const blocked of blockedWords) {
    const folded = foldLetters(blocked).trim();
    if (!/[^*\s]/u.test(folded)) continue;
    const hasSymbol = SYMBOL.test(folded);
    const isFragment = !folded.replaceAll(WILD, '').match(WORD) || NO_SPACES.test(folded);
    if (isFragment || (hasSymbol && folded.includes(WILD)))
      fragments.push(folded.split(WILD).filter((part) => part !== ''));
    else if (hasSymbol) literals.push(folded);
    else if (folded.includes(WILD)) patterns.push((folded.match(WORD_OR_WILD) ?? []).map((word) => word.split(WILD)));
    else {
      const words = folded.match(WORD) ?? [];
      phrases.add(words.join(' '));
      lengths.add(words.length);
    }
  }
  return { phrases, phraseLengths: [...lengths], patterns, fragments, literals };
}

/**
 * Makes one look-up for each word and each length of phrase, and reads the message once for each pattern, so the time is
 * linear in the message.
 * @param folded by `foldLetters`
 */
export function hasBlockedWord(blocked: BlockedWords, folded: string): boolean {
  const { phrases, phraseLengths, patterns, fragments, literals } = blocked;
  if (fragments.some((parts) => hasFragment(folded, parts))) return true;
  if (literals.some((literal) => hasLiteral(folded, literal))) return true;
  if (phrases.size === 0 && patterns.length === 0) return false;
  const words = folded.match(WORD) ?? [];
  return words.some(
    (_, start) =>
      phraseLengths.some((length) => phrases.has(words.slice(start, start + length).join(' '))) ||
      patterns.some((globs) => globs.every((glob, index) => isLike(words[start + index], glob))),
  );
}

/** Each part is looked for behind the one before, and never again. */
function isLike(word: string | undefined, parts: Glob): boolean {
  if (word === undefined) return false;
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return word === first;
  if (word.length < first.length + last.length || !word.startsWith(first) || !word.endsWith(last)) return false;
  let at = first.length;
  for (const part of others) {
    const found = word.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return at <= word.length - last.length;
}

/** Where it begins or ends with a letter, a word must begin or end there. */
function hasLiteral(folded: string, literal: string): boolean {
  for (let at = folded.indexOf(literal); at >= 0; at = folded.indexOf(literal, at + 1)) {
    const isInWord = BEGINS_WORD.test(literal) && ENDS_WORD.test(folded.slice(Math.max(0, at - 2), at));
    const end = at + literal.length;
    const goesOn = ENDS_WORD.test(literal) && BEGINS_WORD.test(folded.slice(end, end + 2));
    if (!isInWord && !goesOn) return true;
  }
  return false;
}

/** Looks for the parts in each run without blanks. */
function hasFragment(folded: string, parts: readonly string[]): boolean {
  const [only, ...others] = parts;
  if (only === undefined) return false;
  if (others.length === 0 || parts.some((part) => BLANK.test(part))) return indexBehind(folded, parts) >= 0;
  return folded.split(/\s+/u).some((run) => indexBehind(run, parts) >= 0);
}

/** Where the last part ends if they follow each other; -1 if not. */
function indexBehind(text: string, parts: readonly string[]): number {
  let behind = 0;
  for (const part of parts) {
    behind = endOf(text, part, behind);
    if (behind < 0) return -1;
  }
  return behind;
}

/** Skips a match that is followed by a vowel sign, because that makes its last letter another one. */
function endOf(text: string, part: string, from: number): number {
  for (let at = text.indexOf(part, from); at >= 0; at = text.indexOf(part, at + 1)) {
    const end = at + part.length;
    if (!MARK.test(text.slice(end, end + 2))) return end;
  }
  return -1;
}

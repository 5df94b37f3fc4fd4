/**
 * The languages of the platform's own texts: notifications, pushes and mails. A language is one file beside this one
 * and one line here; what a file lacks does not compile, and `test/texts/complete.unit.test.ts` compares the rest.
 */
import { de } from './de';
import { en } from './en';
import { fill, type Phrase, type Values } from './fill';
import type { Texts } from './texts';

export const LANGUAGE_DEFAULT = 'en';

const SETS: ReadonlyMap<string, Texts> = new Map<string, Texts>([
  ['en', en],
  ['de', de],
]);

/** BCP 47. Each is complete. */
export const LANGUAGES: readonly string[] = [...SETS.keys()];

/** The texts in one reader's language. */
export interface Speech {
  /** BCP 47, of the set in use: `de`. */
  readonly language: string;
  readonly texts: Texts;
  say(phrase: Phrase, values?: Values): string;
}

/**
 * The set of the language, such as that of `de` for `de-AT`, whose numbers and dates are then Austria's. Any other
 * language is English.
 * @param tag BCP 47, as in the user's settings
 */
export function speechOf(tag: string): Speech {
  const locale = localeOf(tag);
  const known = locale && SETS.get(locale.language);
  const [language, texts, shown] = known
    ? [locale.language, known, locale.baseName]
    : [LANGUAGE_DEFAULT, en, LANGUAGE_DEFAULT];
  return { language, texts, say: (phrase, values = {}) => fill(phrase, values, shown) };
}

function localeOf(tag: string): Intl.Locale | undefined {
  try {
    return new Intl.Locale(tag);
  } catch {
    return undefined;
  }
}

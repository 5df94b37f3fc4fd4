/**
 * Phrases of a language, and their placeholders: `{name}`, `{at:day}`, `{at:minute}`. A value's type says how it is
 * shown: numbers and money by the reader's language, text as it is.
 */
import { formatPrice, type Money } from '@/shared/currency';

/** One form for each category of plurals that the language has, chosen by the number of this placeholder. */
export type PluralPhrase = { readonly by: string; readonly other: string } & {
  readonly [Category in Intl.LDMLPluralRule]?: string;
};
export type Phrase = string | PluralPhrase;
export type Value = string | number | Money | null | undefined;
export type Values = Readonly<Record<string, unknown>>;

const PLACEHOLDER = /\{(\w+)(?::(day|minute))?\}/g;

const DAY: Intl.DateTimeFormatOptions = { dateStyle: 'long', timeZone: 'UTC' };
const MINUTE: Intl.DateTimeFormatOptions = {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: 'numeric',
  minute: '2-digit',
  timeZone: 'UTC',
  timeZoneName: 'short',
};

/** @param locale how numbers, dates and money are written. A value that is missing leaves nothing. */
export function fill(phrase: Phrase, values: Values, locale: string): string {
  const form = typeof phrase === 'string' ? phrase : formOf(phrase, values, locale);
  // Once, so that a placeholder in what somebody typed stays as it is.
  return form.replaceAll(PLACEHOLDER, (_, name: string, format?: 'day' | 'minute') =>
    show(values[name], format, locale),
  );
}

function formOf({ by, other, ...forms }: PluralPhrase, values: Values, locale: string): string {
  const count = Number(values[by] ?? 0);
  return forms[new Intl.PluralRules(locale).select(count) as keyof typeof forms] ?? other;
}

function show(value: unknown, format: 'day' | 'minute' | undefined, locale: string): string {
  if (value === undefined || value === null) return '';
  if (format !== undefined)
    return new Intl.DateTimeFormat(locale, format === 'day' ? DAY : MINUTE).format(new Date(value as string | number));
  if (typeof value === 'number') return new Intl.NumberFormat(locale).format(value);
  if (isMoney(value)) return formatPrice(value.amountMinor, value.currency, locale);
  return String(value);
}

function isMoney(value: unknown): value is Money {
  return typeof value === 'object' && value !== null && 'currency' in value && 'amountMinor' in value;
}

/** The placeholders of a phrase, with their formats: `at:day`. */
export function placeholdersOf(phrase: Phrase): string[] {
  const forms =
    typeof phrase === 'string' ? [phrase] : Object.entries(phrase).flatMap(([k, v]) => (k === 'by' ? [] : [v]));
  const found = forms.flatMap((form) => [...form.matchAll(PLACEHOLDER)].map(([whole]) => whole.slice(1, -1)));
  return [...new Set(found)].toSorted();
}

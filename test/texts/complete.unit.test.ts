/** Each language's file is complete: what the compiler cannot see of it. A new language only has to be in LANGUAGES. */
import { describe, expect, it } from 'vitest';
import { NOTIFICATION_DATA } from '@/contracts/notification-data';
import { countsThings, NOTIFICATION_KINDS, type NotificationKind } from '@/contracts/notification-kinds';
import { STAFF_MATTERS } from '@/contracts/staff-matters';
import { en } from '@/texts/en';
import { type Phrase, placeholdersOf } from '@/texts/fill';
import { LANGUAGES, speechOf } from '@/texts/languages';

type Node = Phrase | { readonly [key: string]: Node };

const isPlural = (node: Node): node is Extract<Phrase, { by: string }> => typeof node === 'object' && 'by' in node;

/** Every phrase, by its path: `notifications.follower.body`. */
function phrasesOf(node: Node, path = ''): [path: string, phrase: Phrase][] {
  if (typeof node === 'string' || isPlural(node)) return [[path, node]];
  return Object.entries(node).flatMap(([key, child]) => phrasesOf(child, path === '' ? key : `${path}.${key}`));
}

const formsOf = (phrase: Phrase): string[] =>
  typeof phrase === 'string' ? [phrase] : Object.entries(phrase).flatMap(([key, form]) => (key === 'by' ? [] : [form]));

const english = new Map(phrasesOf(en));

/** Names and words that are the same in both languages. A phrase of placeholders alone has nothing to translate. */
const ALIKE: Readonly<Record<string, readonly string[]>> = { de: [] };
const hasWords = (form: string) => /\p{L}/u.test(form.replaceAll(/\{[^}]+\}/g, ''));

describe.each(LANGUAGES)('the texts in %s', (language) => {
  const texts = new Map(phrasesOf(speechOf(language).texts));

  it('have every phrase that English has, and no other', () => {
    expect([...texts.keys()].toSorted()).toEqual([...english.keys()].toSorted());
  });

  it('have the placeholders that English has in each phrase', () => {
    const differing = [...english].filter(
      ([path, phrase]) => String(placeholdersOf(texts.get(path) ?? '')) !== String(placeholdersOf(phrase)),
    );
    expect(differing.map(([path]) => path)).toEqual([]);
  });

  it('have a plural wherever English has one, by the same number', () => {
    const countedBy = (phrase: Phrase | undefined) => (phrase !== undefined && isPlural(phrase) ? phrase.by : null);
    const differing = [...english].filter(([path, phrase]) => countedBy(texts.get(path)) !== countedBy(phrase));
    expect(differing.map(([path]) => path)).toEqual([]);
  });

  it('have exactly the plural forms that the language has, each with its number', () => {
    const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories.toSorted();
    for (const [path, phrase] of texts) {
      if (!isPlural(phrase)) continue;
      const { by, ...forms } = phrase;
      expect([path, Object.keys(forms).toSorted()]).toEqual([path, categories]);
      for (const [category, form] of Object.entries(forms)) {
        // 'An order' needs no '1'.
        const named =
          category === 'one' ? [...new Set([...placeholdersOf(form), by])].toSorted() : placeholdersOf(form);
        expect([path, category, named]).toEqual([path, category, placeholdersOf(phrase)]);
      }
    }
  });

  it('have no braces that are not a placeholder, and no blanks at their ends', () => {
    for (const [path, phrase] of texts)
      for (const form of formsOf(phrase)) {
        expect([path, form.replaceAll(/\{\w+(:(day|minute))?\}/g, '')]).toEqual([
          path,
          expect.not.stringMatching(/[{}]/),
        ]);
        if (!path.startsWith('mails.')) expect([path, form]).toEqual([path, form.trim()]);
        expect([path, form]).not.toEqual([path, '']);
      }
  });

  it.skipIf(language === 'en')('are translated: no phrase is a copy of the English one', () => {
    const copies = [...english].filter(([path, phrase]) => {
      const [one, other] = [formsOf(phrase).filter(hasWords), formsOf(texts.get(path) ?? '')];
      return one.some((form) => other.includes(form)) && !ALIKE[language]?.includes(path);
    });
    expect(copies.map(([path]) => path)).toEqual([]);
  });

  it('show text that somebody typed as it is, whatever braces it has', () => {
    const { say } = speechOf(language);
    expect(say('{excerpt}', { excerpt: '{actor} $& {x}', actor: 'Ada' })).toBe('{actor} $& {x}');
  });
});

describe('the variants of texts', () => {
  it('belong to a kind that there is', () => {
    const kinds = Object.keys(en.notifications).map((key) => key.split('/')[0] ?? '');
    expect(kinds.filter((kind) => !(kind in NOTIFICATION_KINDS))).toEqual([]);
  });

  it('give each matter that waits for staff a title of its own', () => {
    const keys = Object.entries(STAFF_MATTERS).map(([name, { kind }]) =>
      `${kind}/${name}` in en.notifications ? `${kind}/${name}` : kind,
    );
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe.each(Object.entries(en.notifications))('%s', (key, pieces) => {
  it('has only placeholders that its data fills', () => {
    const kind = (key.split('/')[0] ?? '') as NotificationKind; // checked above
    const data = Object.keys(NOTIFICATION_DATA[kind].shape);
    const gift = kind === 'gift' ? Object.keys(NOTIFICATION_DATA.gift.shape.gift.shape) : [];
    const known = new Set([...data, ...gift, 'actor', 'who', 'others', ...(countsThings(kind) ? ['count'] : [])]);
    const named = Object.values(pieces).flatMap((phrase) => placeholdersOf(phrase).map((name) => name.split(':')[0]));
    expect(named.filter((name) => name !== undefined && !known.has(name))).toEqual([]);
  });
});

describe('the language of a reader', () => {
  it.each([
    ['de', 'de'],
    ['de-AT', 'de'],
    ['de-u-nu-arab', 'de'],
    ['en-GB', 'en'],
    ['fr', 'en'],
    ['i-klingon', 'en'],
    ['', 'en'],
    ['not a tag', 'en'],
  ])('%s is spoken to in %s', (tag, language) => {
    expect(speechOf(tag).language).toBe(language);
  });

  const numbers = { n: 1_234_567, at: Date.UTC(2026, 10, 23, 18, 5) };

  it.each([
    ['en', '1,234,567 on November 23, 2026'],
    ['en-GB', '1,234,567 on 23 November 2026'],
    ['de', '1.234.567 on 23. November 2026'],
    ['de-u-nu-arab', '1.234.567 on 23. November 2026'],
    ['fr', '1,234,567 on November 23, 2026'],
  ])('%s writes numbers and dates in its own way', (tag, shown) => {
    expect(speechOf(tag).say('{n} on {at:day}', numbers)).toBe(shown);
  });

  it.each([
    ['de', { currency: 'EUR', amountMinor: 123_456 }, '1.234,56 €'],
    ['en', { currency: 'USD', amountMinor: 1_234 }, '$12.34'],
    ['de', { currency: 'JPY', amountMinor: 1_234 }, '1.234 ¥'],
    ['de', { currency: 'KWD', amountMinor: 1_234 }, '1,234 KWD'],
    // ISO 4217 has two digits for it, Intl none.
    ['de', { currency: 'HUF', amountMinor: 123_450 }, '1.234,50 HUF'],
  ])('%s writes money with the digits of ISO 4217', (tag, money, shown) => {
    expect(speechOf(tag).say('{money}', { money }).replaceAll(/\s/g, ' ')).toBe(shown);
  });

  it('says when something happened, in UTC', () => {
    expect(speechOf('de').say('{at:minute}', numbers)).toBe('23. November 2026 um 18:05 UTC');
    expect(speechOf('en').say('{at:minute}', numbers).replaceAll(/\s/g, ' ')).toBe('November 23, 2026 at 6:05 PM UTC');
  });

  it('chooses the plural form by its number', () => {
    const phrase = en.notifications['purchase-reversed'].body;
    expect(speechOf('en').say(phrase, { coins: 1 })).toContain('so 1 coin was');
    expect(speechOf('en').say(phrase, { coins: 1_000 })).toContain('so 1,000 coins were');
    expect(speechOf('en').say(phrase, { coins: 0 })).toContain('so 0 coins were');
  });
});

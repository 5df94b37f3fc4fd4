/** Minor digits are those of ISO's own list, whatever `Intl` thinks of a currency. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aCurrency } from '@/contracts/economy';
import { formatMinor, formatPrice, MINOR_DIGITS, minorDigits } from '@/shared/currency';

const LIST_ONE = join(import.meta.dirname, '../fixtures/iso-4217-list-one.xml');

/** The codes of ISO's published list with their digits; `N.A.` for what has no minor unit. */
function publishedDigits(): Map<string, string> {
  const xml = readFileSync(LIST_ONE, 'utf8');
  const entries = [...xml.matchAll(/<CcyNtry>(.*?)<\/CcyNtry>/gs)].map(([, entry = '']) => entry);
  const textOf = (entry: string, tag: string) => entry.match(new RegExp(`<${tag}>(.*?)</${tag}>`))?.[1];
  return new Map(
    entries.flatMap((entry) => {
      const code = textOf(entry, 'Ccy'); // Antarctica has none
      return code === undefined ? [] : [[code, textOf(entry, 'CcyMnrUnts') ?? '']];
    }),
  );
}

describe('the table of currencies', () => {
  it("is ISO 4217's list one, without what has no minor unit", () => {
    const published = [...publishedDigits()].filter(([, digits]) => digits !== 'N.A.');
    expect(published.length).toBeGreaterThan(160);
    expect(Object.fromEntries(MINOR_DIGITS)).toEqual(
      Object.fromEntries(published.map(([code, digits]) => [code, Number(digits)])),
    );
  });

  it('has the digits that everyday prices leave out', () => {
    for (const currency of ['HUF', 'IDR', 'COP', 'PKR', 'IRR', 'LBP']) expect(minorDigits(currency)).toBe(2);
    expect([minorDigits('IQD'), minorDigits('JPY'), minorDigits('CLF')]).toEqual([3, 0, 4]);
  });

  it('gives two digits to a currency that was withdrawn', () => {
    expect([minorDigits('BGN'), formatMinor(1_234, 'HRK')]).toEqual([2, '12.34 HRK']);
  });

  it('decides what a request can name', () => {
    for (const code of ['USD', 'HUF', 'XCG', 'CLF']) expect(aCurrency.safeParse(code).success).toBe(true);
    for (const code of ['usd', 'EUF', 'XAU', 'XXX', 'BGN', 'DEM'])
      expect(aCurrency.safeParse(code).success).toBe(false);
  });
});

describe('an amount', () => {
  it.each([
    [123_456, 'USD', '1234.56 USD', '$1,234.56'],
    [123_456, 'HUF', '1234.56 HUF', 'HUF\u00a01,234.56'],
    [850_000, 'IDR', '8500.00 IDR', 'IDR\u00a08,500.00'],
    [1_234, 'JPY', '1234 JPY', '¥1,234'],
    [1_234, 'KWD', '1.234 KWD', 'KWD\u00a01.234'],
    [-5, 'EUR', '-0.05 EUR', '-€0.05'],
  ])('of %i %s reads %s', (amountMinor, currency, plain, price) => {
    expect(formatMinor(amountMinor, currency)).toBe(plain);
    expect(formatPrice(amountMinor, currency)).toBe(price);
  });
});

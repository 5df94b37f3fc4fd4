/**
 * Money in minor units and as people read it. ISO 4217 says how many minor digits a currency has: its list one, as
 * published on 2026-01-01. `Intl` only formats, because its digits are those of everyday prices (no cents for HUF).
 */

const CODES_BY_DIGITS: Readonly<Record<number, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
    COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR
    IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD
    NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP
    SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};

/** The minor digits of each currency that is in use. Precious metals and test codes have none and are left out. */
export const MINOR_DIGITS: ReadonlyMap<string, number> = new Map(
  Object.entries(CODES_BY_DIGITS).flatMap(([digits, codes]) =>
    codes.split(/\s+/).map((code) => [code, Number(digits)] as const),
  ),
);

/** Old records may name a currency that ISO has withdrawn since, such as BGN: those of recent years had two digits. */
const DIGITS_OF_WITHDRAWN = 2;

/** 2 for USD, 0 for JPY, 3 for KWD. @param currency ISO 4217 */
export function minorDigits(currency: string): number {
  return MINOR_DIGITS.get(currency) ?? DIGITS_OF_WITHDRAWN;
}

/** `12.34` */
export function decimalOf(amountMinor: number, currency: string): string {
  const digits = minorDigits(currency);
  return (amountMinor / 10 ** digits).toFixed(digits);
}

/** `12.34 USD` */
export function formatMinor(amountMinor: number, currency: string): string {
  return `${decimalOf(amountMinor, currency)} ${currency}`;
}

/** `$12.34`; in German, `12,34 $`. */
export function formatPrice(amountMinor: number, currency: string, locale = 'en'): string {
  const digits = minorDigits(currency);
  const format = new Intl.NumberFormat(locale, {
    style: 'currency',
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return format.format(amountMinor / 10 ** digits);
}

export interface Money {
  readonly currency: string;
  readonly amountMinor: number;
}

/** The sum in each currency, by its code. */
export function addMoney(amounts: readonly Money[]): Money[] {
  return [...Map.groupBy(amounts, ({ currency }) => currency)]
    .map(([currency, list]) => ({ currency, amountMinor: list.reduce((sum, { amountMinor }) => sum + amountMinor, 0) }))
    .toSorted((one, other) => (one.currency < other.currency ? -1 : 1));
}

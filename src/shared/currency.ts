/** Money in minor units, and how people read it: the currency knows how many of its digits are minor. */

/** 2 of USD, 0 of JPY, 3 of KWD. @param currency ISO 4217 */
export function minorDigits(currency: string): number {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return maximumFractionDigits;
}

/** `12.34 USD` */
export function formatMinor(amountMinor: number, currency: string): string {
  const digits = minorDigits(currency);
  return `${(amountMinor / 10 ** digits).toFixed(digits)} ${currency}`;
}

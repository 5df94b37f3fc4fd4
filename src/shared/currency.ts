/** Money in minor units and as people read it. The currency determines the number of minor digits. */

/** 2 for USD, 0 for JPY, 3 for KWD. @param currency ISO 4217 */
export function minorDigits(currency: string): number {
  const { maximumFractionDigits = 2 } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return maximumFractionDigits;
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

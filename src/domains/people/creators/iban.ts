/** International bank account numbers (ISO 13616): spaces and case do not count, the check digits do. */
import { asPastedCode } from '@/shared/text';

const FORM = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/;

export function normalizeIban(text: string): string {
  return asPastedCode(text).toUpperCase();
}

/** Country and check digits go to the end, letters count from 10, and the whole leaves 1 when divided by 97. */
export function isIban(iban: string): boolean {
  if (!FORM.test(iban)) return false;
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

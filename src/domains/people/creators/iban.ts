/** International bank account numbers (ISO 13616). Spaces and case are ignored; the check digits are verified. */
import { asPastedLetters } from '@/shared/text';

const FORM = /^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/;

/** The form in which an IBAN or another account number is stored: no blanks or hyphens, capital letters. */
export function foldAccountNumber(text: string): string {
  return asPastedLetters(text).toUpperCase();
}

/** Moves country and check digits to the end and reads letters as 10 to 35: modulo 97, the number must be 1. */
export function isIban(iban: string): boolean {
  if (!FORM.test(iban)) return false;
  let remainder = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    remainder = (remainder * (value > 9 ? 100 : 10) + value) % 97;
  }
  return remainder === 1;
}

/** The format of discount codes: compared in upper case, and made of letters that are hard to confuse. */
import { asPasted } from '@/shared/text';

/** Leaves out 0 and O, 1, I and L, and U. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = [4, 4, 4];
const BYTE_VALUES = 256;

export function foldCode(text: string): string {
  return asPasted(text).toUpperCase();
}

/** By which codes are found: their hyphens are only there to be read. */
export function lettersOf(code: string): string {
  return code.replaceAll('-', '');
}

/** `7KQM-X2VB-9DHT`: 59 random bits. */
export function newCode(): string {
  return GROUPS.map((letters) => Array.from({ length: letters }, randomLetter).join('')).join('-');
}

/** Redraws bytes that do not divide evenly, so that every letter is equally likely. */
function randomLetter(): string {
  const usable = BYTE_VALUES - (BYTE_VALUES % LETTERS.length);
  for (;;) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < usable) return LETTERS.charAt(byte % LETTERS.length);
  }
}

/** What a code looks like: compared in upper case, and made of letters that nobody mistakes for others. */

/** No 0 and O, no 1, I and L, no U. */
const LETTERS = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = [4, 4, 4];
const BYTE_VALUES = 256;

export function foldCode(text: string): string {
  return text.trim().toUpperCase();
}

/** `7KQM-X2VB-9DHT`: 59 random bits. */
export function newCode(): string {
  return GROUPS.map((letters) => Array.from({ length: letters }, randomLetter).join('')).join('-');
}

/** What does not divide evenly is drawn again, so that every letter is as likely. */
function randomLetter(): string {
  const usable = BYTE_VALUES - (BYTE_VALUES % LETTERS.length);
  for (;;) {
    const [byte = 0] = crypto.getRandomValues(new Uint8Array(1));
    if (byte < usable) return LETTERS.charAt(byte % LETTERS.length);
  }
}

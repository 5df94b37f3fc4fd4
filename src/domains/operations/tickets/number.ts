/** The number by which people name a ticket: `T-7KQ4-MX2P`. Random, so that it does not tell how many there are. */
import { randomInt } from 'node:crypto';

/** No vowels, no letter that looks like a digit, and no T, which is the prefix. */
const ALPHABET = '23456789CDFHJKMNPQRVWXY';
const CHARACTERS = 8;
const NUMBER = new RegExp(`^[${ALPHABET}]{${CHARACTERS}}$`);

export function newNumber(): string {
  return Array.from({ length: CHARACTERS }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
}

/** As people read it: in two groups, with the prefix. */
export function showNumber(number: string): string {
  return `T-${number.slice(0, CHARACTERS / 2)}-${number.slice(CHARACTERS / 2)}`;
}

/** Reads a number as somebody wrote it: in any case, with or without prefix, hyphens and blanks. */
export function findNumber(text: string): string | undefined {
  const plain = text
    .toUpperCase()
    .replaceAll(/[^A-Z0-9]/g, '')
    .replace(/^T/, '');
  return NUMBER.test(plain) ? plain : undefined;
}

/** Numbers of orders, as people read them to each other: random, so that nobody learns how much a shop sells. */

/** Crockford's base 32: without letters that look like digits. */
const SYMBOLS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUPS = 3;
const GROUP_SIZE = 4;

/** `7K2M-X0QD-94TB`: sixty random bits, so two orders practically never have the same. */
export function newOrderNumber(): string {
  const random = crypto.getRandomValues(new Uint8Array(GROUPS * GROUP_SIZE));
  const symbols = Array.from(random, (byte) => SYMBOLS[byte % SYMBOLS.length]).join('');
  return Array.from({ length: GROUPS }, (_, group) => symbols.slice(group * GROUP_SIZE, (group + 1) * GROUP_SIZE)).join(
    '-',
  );
}

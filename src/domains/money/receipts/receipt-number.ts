/** How a receipt's number is written. Takes no Context. */
import type { ReceiptRow } from './tables';

const LETTERS = { purchase: 'P', payout: 'C', order: 'O' } as const satisfies Record<ReceiptRow['kind'], string>;
/** More digits follow once they are needed. */
const DIGITS_MIN = 6;

/** `P-2026-000001` for a purchase, `C-2026-000001` for a cash-out, `O-2026-000001` for an order. */
export function receiptNumber({ kind, year, number }: Pick<ReceiptRow, 'kind' | 'year' | 'number'>): string {
  return `${LETTERS[kind]}-${year}-${String(number).padStart(DIGITS_MIN, '0')}`;
}

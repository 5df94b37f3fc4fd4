/** How a receipt's number is written. */
import { expect, it } from 'vitest';
import { receiptNumber } from '@/domains/money/receipts/receipt-number';

it.each([
  [{ kind: 'purchase', year: 2026, number: 1 }, 'P-2026-000001'],
  [{ kind: 'payout', year: 2027, number: 42 }, 'C-2027-000042'],
  [{ kind: 'purchase', year: 2026, number: 1_234_567 }, 'P-2026-1234567'],
] as const)('the receipt %o is written %s', (receipt, written) => {
  expect(receiptNumber(receipt)).toBe(written);
});

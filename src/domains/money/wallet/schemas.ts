import { z } from '@hono/zod-openapi';
import { cursorQuery } from '@/http/envelope';

const Sales = z
  .array(z.object({ currency: z.string(), amountMinor: z.int() }))
  .openapi({ description: 'From sales and not yet requested, by currency.' });

const figures = {
  coins: z.int().openapi({ description: 'May be spent.' }),
  heldDiamonds: z.int().openapi({ description: 'On their way out: of cash-outs that are asked for and not yet paid.' }),
  maturingDiamonds: z.int().openapi({ description: 'Too young to be cashed out.' }),
  sales: Sales,
  owed: z
    .int()
    .openapi({ description: 'Coins that were spent and then taken back: nothing is spent until they are made good.' }),
};

export const Wallet = z
  .object({
    ...figures,
    diamonds: z.int().openapi({ description: 'All that are there, those that mature included; not those held.' }),
  })
  .openapi('Wallet');

export const Balance = z
  .object({
    ...figures,
    diamonds: z.int().openapi({ description: 'May be cashed out now: there, and matured.' }),
  })
  .openapi('Balance');

export const Transaction = z
  .object({
    id: z.string(),
    kind: z.string().openapi({ example: 'gift' }),
    unit: z
      .string()
      .openapi({ description: '`coin`, `diamond` or an ISO 4217 currency, of which the amount is in minor units.' }),
    amount: z.int().openapi({ description: 'Less than 0: it was given.' }),
    balanceAfter: z.int(),
    refType: z.string().openapi({ example: 'gift' }),
    refId: z.string(),
    description: z.string().openapi({ example: 'Gift sent' }),
    createdAt: z.iso.datetime(),
  })
  .openapi('Transaction');

/** A cursor holds a place for each of the reader's accounts: one for every currency that they sell in. */
const CURSOR_CHARACTERS_MAX = 4_000;

export const TransactionsQuery = z.strictObject({
  ...cursorQuery,
  cursor: z.string().max(CURSOR_CHARACTERS_MAX).optional(),
  unit: z
    .string()
    .regex(/^(coin|diamond|[A-Z]{3})$/, 'must be coin, diamond or an ISO 4217 currency')
    .optional()
    .openapi({ description: 'Only this unit.' }),
});

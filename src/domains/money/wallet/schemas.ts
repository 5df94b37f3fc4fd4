import { z } from '@hono/zod-openapi';
import { aDiamondCount, Money } from '@/contracts/economy';
import { cursorQuery } from '@/http/envelope';
import { aToken } from '@/http/fields';

const amounts = z.array(Money);
const time = z.iso.datetime();

export const Wallet = z
  .object({
    coins: z.int().openapi({ description: 'Coins that can be spent.' }),
    diamonds: aDiamondCount.openapi({
      description: 'All diamonds: matured and maturing ones. Those in a cash-out are held, and no longer among them.',
    }),
    maturedDiamonds: aDiamondCount.openapi({ description: 'Those of `diamonds` that can be cashed out now.' }),
    maturingDiamonds: aDiamondCount.openapi({
      description: 'Those of `diamonds` that have not matured, so they cannot be cashed out yet.',
    }),
    heldDiamonds: aDiamondCount.openapi({
      description: 'Diamonds in cash-outs that are requested and not yet paid.',
    }),
    sales: amounts.openapi({ description: 'Money from sales that has matured and is not in a cash-out, by currency.' }),
    maturingSales: amounts.openapi({
      description:
        'Money from sales that cannot be cashed out yet: it matures, has an open problem or is being refunded.',
    }),
    diamondsMature: z
      .array(z.object({ at: time, diamonds: aDiamondCount }))
      .describe('When `maturingDiamonds` will have matured, soonest first: one entry a day.'),
    salesMature: z
      .array(Money.extend({ at: time.nullable() }))
      .describe(
        'When `maturingSales` will have matured, by currency and soonest first: one entry a day. Null: the date is not ' +
          'known yet, because the order is not shipped, has an open problem or is being refunded.',
      ),
    owed: z.int().openapi({
      description: 'Coins that were spent and then taken back. Nothing can be spent until they are repaid.',
    }),
    owedDiamonds: aDiamondCount.openapi({
      description: 'Diamonds that were cashed out or exchanged and then taken back. Later earnings repay them first.',
    }),
    owedSales: amounts.openapi({
      description:
        'Money from sales that was cashed out and then taken back. Later sales in the currency repay it first.',
    }),
  })
  .openapi('Wallet');

export const Transaction = z
  .object({
    id: z.string(),
    kind: z.string().openapi({ example: 'gift' }),
    unit: z
      .string()
      .openapi({ description: '`coin`, `diamond` or an ISO 4217 currency; amounts of money are in minor units.' }),
    amount: z.int().openapi({ description: 'Less than 0 if it left the account.' }),
    balanceAfter: z.int(),
    refType: z.string().openapi({ example: 'gift' }),
    refId: z.string(),
    description: z.string().openapi({ example: 'Gift sent' }),
    createdAt: z.iso.datetime(),
  })
  .openapi('Transaction');

/** A cursor holds a place for each of the user's accounts, and there is one account per currency of sales. */
const CURSOR_CHARACTERS_MAX = 4_000;

export const TransactionsQuery = z.strictObject({
  ...cursorQuery,
  cursor: aToken(CURSOR_CHARACTERS_MAX).optional(),
  unit: z
    .string()
    .regex(/^(coin|diamond|[A-Z]{3})$/, 'must be coin, diamond or an ISO 4217 currency')
    .optional()
    .openapi({ description: 'Only this unit.' }),
});

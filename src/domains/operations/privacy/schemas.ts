/** Wire shapes of the data export and of account deletion. */
import { z } from '@hono/zod-openapi';

const DEBTS_MAX = 200;
const amount = z.int().min(0);

/** Also the details of CONFIRM_LOSS. */
export const Losses = z
  .strictObject({
    coins: amount,
    diamonds: amount.openapi({ description: 'Matured or not.' }),
    sales: z
      .array(z.strictObject({ currency: z.string().regex(/^[A-Z]{3}$/), amountMinor: amount }))
      .max(DEBTS_MAX)
      .optional()
      .openapi({ description: 'Money from sales that was not cashed out, by currency. Absent if there is none.' }),
    debts: z
      .array(z.strictObject({ unit: z.string().regex(/^(coin|diamond|[A-Z]{3})$/), amount }))
      .max(DEBTS_MAX)
      .openapi({ description: 'What the account owes, in each `coin`, `diamond` or currency.' }),
  })
  .openapi('Losses');

export const DeletionRequest = z
  .strictObject({
    password: z.string().min(1).max(1_000),
    losing: Losses.optional().openapi({
      description: 'Confirms what will be lost: the details of `CONFIRM_LOSS`. Not needed if there is nothing to lose.',
    }),
  })
  .openapi('DeletionRequest');

export const Deletion = z
  .object({ deletesAt: z.iso.datetime().openapi({ description: 'Signing in before then cancels the deletion.' }) })
  .openapi('Deletion');

export const Export = z
  .record(z.string(), z.array(z.record(z.string(), z.unknown())))
  .openapi('Export', { description: 'All rows, listed by kind: `profile`, `posts`, `purchases`, …' });

export const LargeExport = z
  .object({
    status: z.enum(['preparing', 'ready']),
    requestedAt: z.iso.datetime(),
    readyAt: z.iso.datetime().nullable(),
    expiresAt: z.iso
      .datetime()
      .nullable()
      .openapi({ description: 'When the file is deleted, or earlier if another export starts; null until ready.' }),
    url: z
      .string()
      .nullable()
      .openapi({ description: 'Works for five minutes; request it again for a new one. Null until ready.' }),
  })
  .openapi('LargeExport', { description: 'An export too large for one response: prepared, then mailed as a link.' });

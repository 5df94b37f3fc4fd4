import { z } from '@hono/zod-openapi';
import { orNull } from '@/http/envelope';

export const Proof = z
  .object({
    id: z.string(),
    state: z.enum(['running', 'clean', 'off']),
    /** Where it stands. */
    progress: z.object({
      stage: z.string().openapi({ example: 'accounts' }),
      step: z.int().openapi({ description: 'Of `steps`; equal to it when finished.' }),
      steps: z.int(),
    }),
    whole: z
      .boolean()
      .openapi({ description: 'From the first transfer; otherwise from where the last clean one ended.' }),
    fromTransferId: z.int(),
    throughTransferId: z.int(),
    transfers: z.int().openapi({ description: 'Proven so far.' }),
    accounts: z.int().openapi({ description: 'Proven so far.' }),
    findings: z
      .array(z.object({ subject: z.string(), id: z.string(), problem: z.string() }))
      .openapi({ description: 'What is off, by its id; of many the first 200.' }),
    findingsCount: z.int(),
    startedBy: z.string().nullable().openapi({ description: 'Null: the clock, once a day.' }),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .openapi('LedgerProof');

export const Audit = z
  .object({
    last: orNull(Proof).openapi({ description: 'The last finished one; null: there was none yet.' }),
    running: orNull(Proof),
  })
  .openapi('LedgerAudit');

export const ProofRequest = z
  .strictObject({
    whole: z
      .boolean()
      .default(false)
      .openapi({ description: 'Prove all transfers again, not only those since the last.' }),
  })
  .openapi('LedgerProofRequest');

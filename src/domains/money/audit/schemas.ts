import { z } from '@hono/zod-openapi';
import { PublicCard } from '@/domains/base/users/schemas';
import { orNull } from '@/http/envelope';

export const Proof = z
  .object({
    id: z.string(),
    state: z.enum(['running', 'clean', 'off']),
    /** Where the proof is now. */
    progress: z.object({
      stage: z.string().openapi({ example: 'accounts' }),
      step: z.int().openapi({ description: 'The current one of `steps`; equal to `steps` once finished.' }),
      steps: z.int(),
    }),
    whole: z
      .boolean()
      .openapi({ description: 'True: from the first transfer. False: from where the last clean proof ended.' }),
    fromTransferId: z.int(),
    throughTransferId: z.int(),
    transfers: z.int().openapi({ description: 'Transfers proven so far.' }),
    accounts: z.int().openapi({ description: 'Accounts proven so far.' }),
    findings: z
      .array(z.object({ subject: z.string(), id: z.string(), problem: z.string() }))
      .openapi({ description: 'Problems, by the id of what is wrong; at most the first 200.' }),
    findingsCount: z.int(),
    startedBy: orNull(PublicCard).openapi({
      description: 'The staff user who started it; null: it started automatically.',
    }),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .openapi('LedgerProof');

export const Audit = z
  .object({
    last: orNull(Proof).openapi({ description: 'The last finished proof; null: there is none yet.' }),
    running: orNull(Proof),
  })
  .openapi('LedgerAudit');

export const ProofRequest = z
  .strictObject({
    whole: z
      .boolean()
      .default(false)
      .openapi({ description: 'Prove all transfers again, not only those since the last proof.' }),
  })
  .openapi('LedgerProofRequest');

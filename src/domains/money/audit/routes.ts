/** Endpoints for proving the ledger. */
import { type Endpoint, endpoint } from '@/http/endpoint';
import { auditError } from './errors';
import { Audit, Proof, ProofRequest } from './schemas';
import { readAudit, requestProof } from './start';

const PATH = '/owner/panel/ledger/audit';
const who = { permission: 'canSeeLedger' } as const;

export const auditEndpoints: Endpoint[] = [
  endpoint({
    operationId: 'readLedgerProof',
    method: 'get',
    path: PATH,
    tag: 'owner',
    summary: 'Read the last finished ledger proof and its findings',
    description:
      "A proof checks that the balances of each unit sum to zero, and that each account's balance is the sum of its " +
      'transfers. It also checks that every purchase, gift, subscription, exchange, reward and payout has exactly ' +
      'the transfers it should have. A proof starts automatically every day.',
    who,
    response: Audit,
    handler: (ctx) => readAudit(ctx),
  }),
  endpoint({
    operationId: 'proveLedger',
    logs: 'ledger.prove',
    method: 'post',
    path: PATH,
    tag: 'owner',
    summary: 'Start a ledger proof',
    description: 'Continues after the last clean proof. If the last proof found problems, it covers the whole ledger.',
    who,
    body: ProofRequest,
    response: Proof,
    status: 202,
    refusals: [auditError.PROOF_RUNNING],
    handler: (ctx, { actor, body }) => requestProof(ctx, actor, body),
  }),
];

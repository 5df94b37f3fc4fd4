/** The ledger's proof. */
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
    summary: 'The last finished proof of the ledger, and what is off',
    description:
      'A proof holds for every unit that its balances sum to zero, for every account that its balance is the sum of its ' +
      'transfers, and for every purchase, gift, subscription, exchange, reward and payout that it has exactly the ' +
      'transfers that it should. One is begun every day.',
    who,
    response: Audit,
    handler: (ctx) => readAudit(ctx),
  }),
  endpoint({
    operationId: 'proveLedger',
    method: 'post',
    path: PATH,
    tag: 'owner',
    summary: 'Start a proof now',
    description: 'It goes on from the last clean one, or over the whole ledger after one that found something.',
    who,
    body: ProofRequest,
    response: Proof,
    status: 202,
    refusals: [auditError.PROOF_RUNNING],
    handler: (ctx, { actor, body }) => requestProof(ctx, actor, body),
  }),
];

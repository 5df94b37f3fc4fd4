import { errorList } from '@/http/errors';

export const auditError = errorList({
  PROOF_RUNNING: [409, 'A proof of the ledger is already running. Its findings appear when it ends.'],
});

import { errorList } from '@/http/errors';

export const auditError = errorList({
  PROOF_RUNNING: [409, 'A proof of the ledger is running; its findings come with it.'],
});

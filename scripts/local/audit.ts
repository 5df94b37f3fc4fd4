/** Proves a whole ledger in this process, with the Worker's own code. */
import type { Context } from '@/contracts/context';
import { openDatabase } from '@/db/client';
import { proveNextPage } from '@/domains/money/audit/prove';
import { startProof } from '@/domains/money/audit/start';
import { abandonProofs, findProof, type Proof } from '@/ledger/proofs';

/** @param database a copy, because a proof writes its progress to it */
export async function proveWhole(database: D1Database): Promise<Proof> {
  const log = { event() {}, fault() {} };
  // A proof only uses these fields of a Context. The loop below replaces the queue's messages.
  const ctx = {
    db: openDatabase(database),
    now: () => Date.now(),
    log,
    waitUntil() {},
    deliver: async () => {},
  } as unknown as Context;
  await ctx.db.batch([abandonProofs(ctx)]);
  const id = await startProof(ctx, { startedBy: null, whole: true });
  for (;;) {
    await proveNextPage(ctx, id);
    const proof = await findProof(ctx, id);
    if (!proof) throw new Error('The proof no longer exists');
    if (proof.state !== 'running') return proof;
  }
}

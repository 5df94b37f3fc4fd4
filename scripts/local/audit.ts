/** Proves a whole ledger in this process, by the code that the Worker proves it with. */
import type { Context } from '@/contracts/context';
import { openDatabase } from '@/db/client';
import { proveNextPage } from '@/domains/money/audit/prove';
import { startProof } from '@/domains/money/audit/start';
import { abandonProofs, findProof, type Proof } from '@/ledger/proofs';

/** @param database a copy: a proof writes its own progress */
export async function proveWhole(database: D1Database): Promise<Proof> {
  const log = { event() {}, fault() {} };
  // A proof needs no more of a Context than this; its next message is the loop below.
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
    if (!proof) throw new Error('The proof is gone');
    if (proof.state !== 'running') return proof;
  }
}

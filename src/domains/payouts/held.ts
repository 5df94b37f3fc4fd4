/** What is on its way out. */
import type { Context } from '@/context';

/** Diamonds of payouts that are neither paid nor returned. */
export async function readHeldDiamonds(_ctx: Context, _userId: string): Promise<number> {
  return 0;
}

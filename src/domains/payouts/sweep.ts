/** What the minute's cron does for payouts. */
import type { Context } from '@/context';

export async function requeuePayouts(_ctx: Context): Promise<void> {}

/** What the minute's cron does for subscriptions. */
import type { Context } from '@/context';

export async function renewSubscriptions(_ctx: Context): Promise<void> {}

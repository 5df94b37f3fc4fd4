/** What the minute's cron does for purchases. */
import type { Context } from '@/context';

export async function askAboutPurchases(_ctx: Context): Promise<void> {}

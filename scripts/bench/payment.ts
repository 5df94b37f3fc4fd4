/** The event by which a payment provider says that a purchase is paid, signed as the sandbox signs it. */
import { type Env, readConfig } from '@/config';
import { sandboxEvent } from '@/providers/sandbox';

interface Purchase {
  readonly id: string;
  readonly amountMinor: number;
  readonly currency: string;
}

export function paidEvent(
  vars: Readonly<Record<string, string>>,
  { id: purchaseId, amountMinor, currency }: Purchase,
): Promise<Request> {
  const config = readConfig(vars as Partial<Env>); // it reads the names that it knows
  return sandboxEvent(config, Date.now(), { purchaseId, amountMinor, currency, outcome: 'paid' });
}

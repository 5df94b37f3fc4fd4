/** The payment provider's event that a purchase is paid, signed like the sandbox's. */
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
  const config = readConfig(vars as Partial<Env>); // readConfig ignores unknown names
  return sandboxEvent(config, Date.now(), { purchaseId, amountMinor, currency, outcome: 'paid' });
}

/** Where the provider sends a creator's money. */
import type { Context } from '@/context';

export async function setPayable(_ctx: Context, _accountId: string, _payoutsEnabled: boolean): Promise<void> {}

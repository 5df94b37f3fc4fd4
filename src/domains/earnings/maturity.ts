/** Which diamonds may be cashed out. */
import type { Context } from '@/context';

export interface Diamonds {
  /** The balance: matured and maturing together. */
  readonly total: number;
  readonly maturing: number;
  readonly matured: number;
}

export async function readDiamonds(_ctx: Context, _userId: string): Promise<Diamonds> {
  return { total: 0, maturing: 0, matured: 0 };
}

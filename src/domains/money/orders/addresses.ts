/** The addresses of buyers: erased 90 days after the order, and encrypted again under a new key. */
import { and, asc, eq, inArray, isNotNull, lte, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import { keyId } from '@/domains/people/creators/financial';
import { decrypt, encrypt } from '@/shared/crypto';
import { ADDRESS_MS } from './present';
import { orders } from './tables';

const ERASED_A_RUN = 500;
const RESEALED_A_RUN = 50;

/** Run by the cron every minute. @returns whether there may be more */
export async function eraseAddresses(ctx: Context): Promise<boolean> {
  // As in the index `orders_with_address`.
  const endedAt = sql`coalesce(${orders.fulfilledAt}, ${orders.cancelledAt})`;
  const due = ctx.db
    .select({ id: orders.id })
    .from(orders)
    .where(and(isNotNull(orders.address), lte(endedAt, ctx.now() - ADDRESS_MS)))
    .orderBy(asc(endedAt))
    .limit(ERASED_A_RUN);
  const erased = await ctx.db
    .update(orders)
    .set({ address: null })
    .where(inArray(orders.id, due))
    .returning({ id: orders.id });
  return erased.length === ERASED_A_RUN;
}

/** Encrypts a page of addresses again, from an old key to the current one. @returns whether there may be more */
export async function resealAddresses(ctx: Context): Promise<boolean> {
  const { keys } = ctx.config;
  const old = keys.encryption.slice(1).map(({ kid }) => kid);
  if (old.length === 0) return false;
  const rows = await ctx.db
    .select({ id: orders.id, address: orders.address })
    .from(orders)
    .where(and(isNotNull(orders.address), inArray(keyId(orders.address), old)))
    .limit(RESEALED_A_RUN);
  for (const { id, address } of rows) {
    if (address === null) continue;
    const again = await encrypt(keys, id, await decrypt(keys, id, address));
    await ctx.db
      .update(orders)
      .set({ address: again })
      .where(and(eq(orders.id, id), eq(orders.address, address)));
  }
  return rows.length === RESEALED_A_RUN;
}

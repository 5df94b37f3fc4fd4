/**
 * A deleted account leaves no trace, so a banned user could delete theirs and come back. Therefore the address stays as a
 * keyed hash until the ban would have ended, and nobody registers with it before.
 */
import { and, gt, inArray, isNull, lte, or, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { int } from '@/db/sql';
import { users } from '@/domains/base/users/tables';
import { hmacBy } from '@/shared/crypto';
import { fold } from '@/shared/text';
import { DAY_MS } from '@/shared/time';
import { bannedAddresses } from './tables';

/** For a ban without an end. */
const KEPT_MS = 365 * DAY_MS;

/** Put it before the statement that erases the user. Adds nothing if the account is not banned. */
export function keepAddressOut(ctx: Context, { id, emailKey }: { id: string; emailKey: string }): Statement {
  return ctx.db.run(sql`
    INSERT INTO banned_addresses (address_hash, until)
    SELECT ${hashesOf(ctx, emailKey)[0]}, coalesce(banned_until, ${int(ctx.now() + KEPT_MS)})
    FROM ${users} WHERE id = ${id} AND status = 'banned'
    ON CONFLICT (address_hash) DO UPDATE SET until = max(until, excluded.until)`);
}

/** Returns until when (ms) the address cannot register. */
export async function findAddressBan(ctx: Context, email: string): Promise<number | undefined> {
  const { addressHash, until } = bannedAddresses;
  const row = await ctx.db
    .select({ until })
    .from(bannedAddresses)
    .where(and(inArray(addressHash, hashesOf(ctx, fold(email))), gt(until, ctx.now())))
    .get();
  return row?.until;
}

/** Returns whether the address may be mailed about it: at most once a day. */
export async function claimAddressMail(ctx: Context, email: string): Promise<boolean> {
  const { addressHash, mailedAt } = bannedAddresses;
  const isDue = or(isNull(mailedAt), lte(mailedAt, ctx.now() - DAY_MS));
  const claimed = await ctx.db
    .update(bannedAddresses)
    .set({ mailedAt: ctx.now() })
    .where(and(inArray(addressHash, hashesOf(ctx, fold(email))), isDue))
    .returning({ addressHash });
  return claimed.length > 0;
}

/** Under the current key first, then under those before it. */
function hashesOf(ctx: Context, emailKey: string): string[] {
  return ctx.config.keys.signing.map((key) => hmacBy(key, 'banned-address', emailKey));
}

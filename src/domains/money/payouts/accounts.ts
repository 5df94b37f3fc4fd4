/** Where the provider sends a creator's money: one account a creator, of which the provider says when it can be paid. */
import type { z } from '@hono/zod-openapi';
import { and, eq, ne } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PayoutProvider } from '@/contracts/payments';
import { commit } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { AppError } from '@/http/errors';
import { requireReturnUrls } from '@/http/return-url';
import type { Actor } from '@/shared/actor';
import { payoutError } from './errors';
import type { PayoutAccount, PayoutAccountRequest } from './schemas';
import { payoutAccounts } from './tables';

/**
 * Makes the account at the first call; every call answers a new link, and looks whether it can be paid by now.
 * Throws PAYOUTS_BY_BANK_ONLY, RETURN_URL_NOT_ALLOWED, PAYOUT_ACCOUNT_REFUSED, PAYOUT_UNAVAILABLE.
 */
export async function connectAccount(
  ctx: Context,
  actor: Actor,
  { returnUrl }: z.output<typeof PayoutAccountRequest>,
): Promise<z.input<typeof PayoutAccount>> {
  requireReturnUrls(ctx.config, { returnUrl });
  const provider = ctx.payouts;
  if (!provider) throw payoutError('PAYOUTS_BY_BANK_ONLY');
  const accountId = (await findAccountId(ctx, actor.userId)) ?? (await makeAccount(ctx, provider, actor));
  const payoutsEnabled = await provider.isPayable(accountId);
  await commit(ctx, [changePayable(ctx, accountId, payoutsEnabled)]);
  return { onboardingUrl: await provider.onboardingUrl(accountId, returnUrl), payoutsEnabled };
}

/**
 * Applies the provider's webhook, which may be late or a replay: what is written is what the provider says now. Of an
 * account that is not ours nothing follows. Throws PAYOUT_UNAVAILABLE.
 */
export async function setPayable(ctx: Context, accountId: string, reported: boolean): Promise<void> {
  const known = await ctx.db
    .select({ userId: payoutAccounts.userId })
    .from(payoutAccounts)
    .where(eq(payoutAccounts.accountId, accountId))
    .get();
  if (!known) return ctx.log.event('payout-account.unknown', { accountId });
  const payoutsEnabled = ctx.payouts ? await isPayableNow(ctx.payouts, accountId) : reported;
  await commit(ctx, [changePayable(ctx, accountId, payoutsEnabled)]);
  ctx.log.event('payout-account.changed', { ownerId: known.userId, payoutsEnabled });
}

/** An account that has withdrawn our access cannot be paid. Throws PAYOUT_UNAVAILABLE. */
async function isPayableNow(provider: PayoutProvider, accountId: string): Promise<boolean> {
  try {
    return await provider.isPayable(accountId);
  } catch (error) {
    if (error instanceof AppError && error.code === 'PAYOUT_ACCOUNT_REFUSED') return false;
    throw error;
  }
}

/** The provider makes one for each user, and of two that it made all the same the row keeps the first. */
async function makeAccount(ctx: Context, provider: PayoutProvider, { userId, email }: Actor): Promise<string> {
  const user = await ctx.db.select({ country: users.country }).from(users).where(eq(users.id, userId)).get();
  const accountId = await provider.createAccount(userId, email, user?.country ?? null);
  const now = ctx.now();
  const row = { userId, provider: 'stripe', accountId, createdAt: now, updatedAt: now } as const;
  await commit(ctx, [ctx.db.insert(payoutAccounts).values(row).onConflictDoNothing({ target: payoutAccounts.userId })]);
  ctx.log.event('payout-account.made', { accountId });
  return (await findAccountId(ctx, userId)) ?? accountId;
}

function changePayable(ctx: Context, accountId: string, payoutsEnabled: boolean) {
  return ctx.db
    .update(payoutAccounts)
    .set({ payoutsEnabled, updatedAt: ctx.now() })
    .where(and(eq(payoutAccounts.accountId, accountId), ne(payoutAccounts.payoutsEnabled, payoutsEnabled)));
}

async function findAccountId(ctx: Context, userId: string): Promise<string | undefined> {
  const row = await ctx.db
    .select({ accountId: payoutAccounts.accountId })
    .from(payoutAccounts)
    .where(eq(payoutAccounts.userId, userId))
    .get();
  return row?.accountId;
}

/** Payout accounts: where the provider sends a creator's money. The provider says whether an account can be paid. */
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
 * Creates the account on the first call. Every call returns a new link, and checks whether the account can be paid now.
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
 * Applies the provider's webhook. It may be late or replayed, so the provider is asked again and its answer is stored.
 * Ignores accounts that are not ours. Throws PAYOUT_UNAVAILABLE.
 * @param reported the webhook's value, used if the platform can no longer ask
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

/** An account that revoked our access cannot be paid. Throws PAYOUT_UNAVAILABLE. */
async function isPayableNow(provider: PayoutProvider, accountId: string): Promise<boolean> {
  try {
    return await provider.isPayable(accountId);
  } catch (error) {
    if (error instanceof AppError && error.code === 'PAYOUT_ACCOUNT_REFUSED') return false;
    throw error;
  }
}

/** The provider creates one account per user. If it created two anyway, the row keeps the first. */
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

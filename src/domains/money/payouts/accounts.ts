/** Payout accounts: where the provider sends a creator's money. The provider says whether an account can be paid. */
import type { z } from '@hono/zod-openapi';
import { and, eq, ne, sql } from 'drizzle-orm';
import type { Context } from '@/contracts/context';
import type { PayoutProvider } from '@/contracts/payments';
import { commit, commitIfMet, requireChange } from '@/db/commit';
import { users } from '@/domains/base/users/tables';
import { AppError } from '@/http/errors';
import { requireReturnUrls, webReturnUrl } from '@/http/return-url';
import type { Actor } from '@/shared/actor';
import { payoutError } from './errors';
import type { PayoutAccount, PayoutAccountRequest } from './schemas';
import { formerPayoutAccounts, payoutAccounts } from './tables';

/** The provider keeps every account that was made, so a creator makes only a few. */
const ACCOUNTS_MAX = 5;

type Input = z.output<typeof PayoutAccountRequest>;
type AccountRow = typeof payoutAccounts.$inferSelect;

/**
 * Creates the account on the first call, or another one in its place. Every call returns a new link, and checks whether
 * the account can be paid now. Throws PAYOUTS_BY_BANK_ONLY, RETURN_URL_NOT_ALLOWED, PAYOUT_COUNTRY_MISSING,
 * PAYOUT_ACCOUNT_WORKS, PAYOUT_ACCOUNTS_LIMIT, PAYOUT_ACCOUNT_REFUSED, PAYOUT_UNAVAILABLE.
 */
export async function connectAccount(ctx: Context, actor: Actor, input: Input): Promise<z.input<typeof PayoutAccount>> {
  const { returnUrl, replace } = input;
  requireReturnUrls(ctx.config, { returnUrl });
  const provider = ctx.payouts;
  if (!provider) throw payoutError('PAYOUTS_BY_BANK_ONLY');
  const { account, former, country } = await readAccounts(ctx, actor.userId);
  const order = { userId: actor.userId, email: actor.email, country: input.country ?? country };
  const accountId =
    account === undefined
      ? await makeAccount(ctx, provider, order)
      : replace
        ? await replaceAccount(ctx, provider, account, { ...order, number: former + 1 })
        : account.accountId;
  const payoutsEnabled = await provider.isPayable(accountId);
  await commit(ctx, [changePayable(ctx, accountId, payoutsEnabled)]);
  const back = await webReturnUrl(ctx, returnUrl, ctx.now());
  return { onboardingUrl: await provider.onboardingUrl(accountId, back), payoutsEnabled };
}

/**
 * Applies the provider's webhook. It may be late or replayed, so the provider is asked again and its answer is stored.
 * Ignores accounts that are not ours, and replaced ones. Throws PAYOUT_UNAVAILABLE.
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

/** The country as the user declared it. */
async function readAccounts(ctx: Context, userId: string) {
  const row = await ctx.db
    .select({
      account: payoutAccounts,
      country: users.country,
      former: sql<number>`(SELECT count(*) FROM ${formerPayoutAccounts} WHERE user_id = ${userId})`,
    })
    .from(users)
    .leftJoin(payoutAccounts, eq(payoutAccounts.userId, users.id))
    .where(eq(users.id, userId))
    .get();
  return { account: row?.account ?? undefined, country: row?.country ?? null, former: row?.former ?? 0 };
}

interface Order {
  readonly userId: string;
  readonly email: string;
  readonly country: string | null;
}

/** The provider creates one account per user, number and country. If it created two anyway, the row keeps the first. */
async function makeAccount(ctx: Context, provider: PayoutProvider, { country, ...order }: Order): Promise<string> {
  if (country === null) throw payoutError('PAYOUT_COUNTRY_MISSING');
  const { userId } = order;
  const accountId = await provider.createAccount({ ...order, country, number: 0 });
  const now = ctx.now();
  const row = { userId, provider: 'stripe', accountId, country, createdAt: now, updatedAt: now } as const;
  await commit(ctx, [ctx.db.insert(payoutAccounts).values(row).onConflictDoNothing({ target: payoutAccounts.userId })]);
  ctx.log.event('payout-account.made', { accountId });
  return (await readAccounts(ctx, userId)).account?.accountId ?? accountId;
}

/**
 * For an account that the provider refuses, or that was made for the wrong country. The old one stays in the history, and
 * a payout that the provider already has still goes there.
 */
async function replaceAccount(
  ctx: Context,
  provider: PayoutProvider,
  { updatedAt: _, payoutsEnabled: __, ...old }: AccountRow,
  { country, number, ...order }: Order & { readonly number: number },
): Promise<string> {
  if (await isPayableNow(provider, old.accountId)) throw payoutError('PAYOUT_ACCOUNT_WORKS');
  if (number >= ACCOUNTS_MAX) throw payoutError('PAYOUT_ACCOUNTS_LIMIT');
  if (country === null) throw payoutError('PAYOUT_COUNTRY_MISSING');
  const { userId } = order;
  const accountId = await provider.createAccount({ ...order, country, number });
  const now = ctx.now();
  const isOld = and(eq(payoutAccounts.userId, userId), eq(payoutAccounts.accountId, old.accountId));
  const isReplaced = await commitIfMet(ctx, [
    ctx.db
      .update(payoutAccounts)
      .set({ accountId, country, payoutsEnabled: false, createdAt: now, updatedAt: now })
      .where(isOld),
    requireChange(ctx),
    ctx.db.insert(formerPayoutAccounts).values({ ...old, replacedAt: now }),
  ]);
  if (isReplaced) ctx.log.event('payout-account.replaced', { accountId, formerId: old.accountId });
  return (await readAccounts(ctx, userId)).account?.accountId ?? accountId;
}

function changePayable(ctx: Context, accountId: string, payoutsEnabled: boolean) {
  return ctx.db
    .update(payoutAccounts)
    .set({ payoutsEnabled, updatedAt: ctx.now() })
    .where(and(eq(payoutAccounts.accountId, accountId), ne(payoutAccounts.payoutsEnabled, payoutsEnabled)));
}

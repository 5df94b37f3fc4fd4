/** Creators who can be paid, and what the books say of a cash-out. */
import { env } from 'cloudflare:workers';
import { eq } from 'drizzle-orm';
import { expect } from 'vitest';
import { readEconomy } from '@/domains/base/economy/read';
import { users } from '@/domains/base/users/tables';
import { payoutAccounts, payouts } from '@/domains/money/payouts/tables';
import { newTotpSecret } from '@/domains/people/auth/totp';
import { sealFinancial } from '@/domains/people/creators/financial';
import { creatorApplications } from '@/domains/people/creators/tables';
import { encrypt } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';
import { appCode } from './accounts';
import type { Client } from './api';
import { IBAN } from './applications';
import { testContext } from './context';
import { changeEconomy, coinsOf, giveCoins, giveDiamonds, once, purchaseOf } from './money';
import { aMaturedSale } from './orders';
import { eventsOf, tell } from './purchases';
import type { StripeStandIn } from './stripe';
import { asCreator, type Person } from './users';

const LONG_AGO_DAYS = 60;

/** With bank details, and diamonds that matured long ago. */
export async function asPaidCreator(diamonds = 0, traits: Parameters<typeof asCreator>[0] = {}): Promise<Person> {
  const creator = await asCreator(traits);
  const ctx = testContext();
  const id = newId();
  const now = ctx.now();
  const financial = { accountHolder: 'Ada Example', iban: IBAN, bankName: 'Example Bank', country: 'DE' };
  await ctx.db.insert(creatorApplications).values({
    id,
    userId: creator.userId,
    type: 'creator',
    status: 'APPROVED',
    bio: '',
    categories: ['music'],
    legalName: 'Ada Example',
    birthDate: '1990-05-17',
    ...(await sealFinancial(ctx, id, financial)),
    submittedAt: now,
    decidedAt: now,
  });
  if (diamonds > 0) await giveDiamonds(creator.userId, diamonds, now - LONG_AGO_DAYS * DAY_MS);
  return creator;
}

/** Whose account at the provider is ready, unless it says otherwise. Answers its id. */
export async function connectToStripe(stripe: StripeStandIn, userId: string, { ready = true } = {}): Promise<string> {
  const ctx = testContext();
  const accountId = `acct_${newId().replaceAll('-', '').slice(-16)}`;
  stripe.accounts.set(accountId, {
    ...{ id: accountId, object: 'account', type: 'express', metadata: { userId } },
    ...{ payouts_enabled: false, details_submitted: false, capabilities: { transfers: 'inactive' } },
  });
  if (ready) stripe.completeOnboarding(accountId);
  const now = ctx.now();
  await ctx.db
    .insert(payoutAccounts)
    .values({ userId, provider: 'stripe', accountId, payoutsEnabled: ready, createdAt: now, updatedAt: now });
  return accountId;
}

const SECRET = newTotpSecret();

/** Turns two-factor authentication on, as if no code had been used yet, and answers what the app shows now. */
export async function freshCode(userId: string): Promise<string> {
  const ctx = testContext();
  const totpSecret = await encrypt(ctx.config.keys, userId, SECRET);
  const totp = { totpSecret, totpEnabledAt: ctx.now(), totpLastStep: 0 };
  await ctx.db.update(users).set(totp).where(eq(users.id, userId));
  return appCode(SECRET);
}

/** Approves with a fresh code. @param url the payout's, below the desk @param api where it is called otherwise */
export async function approve({ userId, ...person }: Person, url: string, api: Client = person) {
  return api.put(`${url}/approve`, { code: await freshCode(userId) });
}

/** As if a shop's order had been paid and matured. A currency without a rate gets one: as much as the payout currency. */
export async function giveSales(userId: string, amount: number, currency = 'EUR'): Promise<void> {
  const ctx = testContext();
  const { conversions } = await readEconomy(ctx);
  const { payoutCurrency, currencyRates } = conversions;
  if (currency !== payoutCurrency && currencyRates.every((rate) => rate.currency !== currency))
    await changeEconomy({
      conversions: { currencyRates: [...currencyRates, { currency, numerator: 1, denominator: 1 }] },
    });
  await aMaturedSale(userId, amount, currency);
}

/** Buys coins, gives them away, and gets the money back from the bank. */
export async function owe(person: Person, coins: number): Promise<void> {
  const id = await giveCoins(person.userId, coins);
  const friend = await asCreator();
  await person.post('payment/tip', { recipientId: friend.userId, coins }, once());
  await dispute(id, 'lost');
  expect(await coinsOf(person.userId)).toBe(-coins);
}

/** The buyer's bank takes the money of a purchase back, or gives it again. */
export async function dispute(purchaseId: string, state: 'lost' | 'won'): Promise<void> {
  const purchase = await purchaseOf(purchaseId);
  if (!purchase) throw new Error('There is no purchase');
  const ctx = testContext();
  await tell(eventsOf(purchase).disputed(state), ctx);
  await ctx.settle();
}

/** `1 payout_hold 1000 diamond`, by leg. */
export async function legsOf(payoutId: string): Promise<string[]> {
  const { results } = await env.DB.prepare(
    `SELECT t.leg || ' ' || t.kind || ' ' || t.amount || ' ' || a.unit AS line FROM ledger_transfers t
     JOIN ledger_accounts a ON a.id = t.debit_id WHERE t.ref_type = 'payout' AND t.ref_id = ? ORDER BY t.leg`,
  )
    .bind(payoutId)
    .all<{ line: string }>();
  return results.map(({ line }) => line);
}

/** The whole row. */
export async function payoutOf(id: string) {
  const row = await testContext().db.select().from(payouts).where(eq(payouts.id, id)).get();
  if (!row) throw new Error(`There is no payout ${id}`);
  return row;
}

export async function notificationsOf(userId: string) {
  const { results } = await env.DB.prepare('SELECT kind, body FROM notifications WHERE user_id = ? ORDER BY id')
    .bind(userId)
    .all<{ kind: string; body: string }>();
  return results;
}

/**
 * The demo world: an owner, two approved creators, three viewers who follow them, a discount code, and an economy where
 * diamonds mature at once. It runs in Node with the Worker's own code, so that no hash, key or rule is written twice.
 * Existing accounts stay unchanged.
 */
import { and, eq, inArray, notExists, sql } from 'drizzle-orm';
import { type Env, readConfig } from '@/config';
import type { Context } from '@/contracts/context';
import type { Statement } from '@/contracts/database';
import { openDatabase } from '@/db/client';
import { readEconomy } from '@/domains/base/economy/read';
import { economyVersions } from '@/domains/base/economy/tables';
import { rankOwner } from '@/domains/base/permissions/rank-owner';
import { staff } from '@/domains/base/permissions/tables';
import { users } from '@/domains/base/users/tables';
import { inventUsername } from '@/domains/base/users/usernames';
import { insertUser, markEmailVerified, setCreatorStatus } from '@/domains/base/users/write';
import { posts } from '@/domains/content/posts/tables';
import { ensureChannel } from '@/domains/live/channels/ensure';
import { discountCodes } from '@/domains/money/discounts/tables';
import { hashPassword } from '@/domains/people/auth/passwords';
import { accounts } from '@/domains/people/auth/tables';
import { sealFinancial } from '@/domains/people/creators/financial';
import { creatorApplications, creatorProfiles } from '@/domains/people/creators/tables';
import { follow } from '@/domains/people/social/follow';
import { encrypt } from '@/shared/crypto';
import { newId } from '@/shared/ids';
import { fold } from '@/shared/text';

export interface DemoAccount {
  readonly email: string;
  readonly username: string;
  readonly displayName: string;
  readonly role: 'viewer' | 'creator' | 'dj';
  readonly is: string;
}

const viewer = (number: number, displayName: string, is: string): DemoAccount => ({
  email: `viewer${number}@footlight.test`,
  username: `viewer${number}`,
  displayName,
  role: 'viewer',
  is,
});

const CREATORS: readonly DemoAccount[] = [
  {
    email: 'creator1@footlight.test',
    username: 'creator1',
    displayName: 'Ada Moreno',
    role: 'creator',
    is: 'approved creator',
  },
  {
    email: 'creator2@footlight.test',
    username: 'creator2',
    displayName: 'DJ Okoro',
    role: 'dj',
    is: 'approved creator (DJ)',
  },
];

/** Username of the follower → usernames of the creators. */
const FOLLOWS: Readonly<Record<string, readonly string[]>> = {
  viewer1: ['creator1', 'creator2'],
  viewer2: ['creator1'],
  viewer3: ['creator2'],
};

/** If OWNER_EMAIL is another demo account's address, there is no separate owner account. */
export function demoAccounts(ownerEmail = 'owner@footlight.test'): readonly DemoAccount[] {
  const others = [
    ...CREATORS,
    viewer(1, 'Vera', 'viewer, follows both creators'),
    viewer(2, 'Viktor', 'viewer, follows creator1'),
    viewer(3, 'Vida', 'viewer, follows creator2'),
  ];
  if (others.some(({ email }) => fold(email) === fold(ownerEmail))) return others;
  const is = 'owner of the platform';
  return [{ email: ownerEmail, username: 'owner', displayName: 'The Owner', role: 'viewer', is }, ...others];
}

export interface SeedOptions {
  readonly password: string;
  /** The secret of the owner's authenticator app, as Base32. */
  readonly totpSecret: string;
  /** Also sets the password and the second factor of existing accounts, because a demo credential is new. */
  readonly resetCredentials: boolean;
}

/** Returns the accounts, how many of them it created, and the emails of creators without posts (see posts.ts). */
export async function seedWorld(
  database: D1Database,
  vars: Readonly<Record<string, string>>,
  { password, totpSecret, resetCredentials }: SeedOptions,
) {
  const config = readConfig(vars as Partial<Env>); // readConfig ignores unknown names
  // The functions called here only use these fields of a Context.
  const ctx = { config, db: openDatabase(database), now: () => Date.now() } as Context;
  const wanted = demoAccounts(config.ownerEmail);
  const ids = await findAccounts(ctx, wanted);
  const missing = wanted.filter(({ email }) => !ids.has(fold(email)));
  for (const account of missing) ids.set(fold(account.email), await addAccount(ctx, account, password));
  await addRank(ctx, ids.get(fold(config.ownerEmail ?? '')), { totpSecret, resetCredentials });
  if (missing.length > 0) await addFollows(ctx, wanted, ids);
  await addEconomy(ctx);
  await addDiscount(ctx);
  if (resetCredentials) {
    const present = wanted.filter((account) => !missing.includes(account));
    for (const { email } of present) await setPassword(ctx, ids.get(fold(email)) ?? '', password);
  }
  return { accounts: wanted, made: missing.length, withoutPosts: await findSilent(ctx) };
}

/** Emails of demo creators who never wrote a post. */
async function findSilent(ctx: Context): Promise<string[]> {
  const keys = CREATORS.map(({ email }) => fold(email));
  const written = ctx.db.select({ id: posts.id }).from(posts).where(eq(posts.authorId, users.id));
  const rows = await ctx.db
    .select({ email: users.emailKey })
    .from(users)
    .where(and(inArray(users.emailKey, keys), notExists(written)));
  return rows.map(({ email }) => email);
}

async function findAccounts(ctx: Context, wanted: readonly DemoAccount[]): Promise<Map<string, string>> {
  const keys = wanted.map(({ email }) => fold(email));
  const rows = await ctx.db
    .select({ id: users.id, key: users.emailKey })
    .from(users)
    .where(inArray(users.emailKey, keys));
  return new Map(rows.map(({ id, key }) => [key, id]));
}

/** One batch per account, so that no account is half made. */
async function addAccount(ctx: Context, account: DemoAccount, password: string): Promise<string> {
  const id = newId();
  const isCreator = CREATORS.includes(account);
  await runBatch(ctx, [
    insertUser(ctx, { ...account, id, username: await freeUsername(ctx, account.username) }),
    ...(await passwordOf(ctx, id, password)),
    markEmailVerified(ctx, { id, emailKey: fold(account.email) }),
    ...(isCreator ? await approval(ctx, id, account) : []),
  ]);
  if (isCreator) await ensureChannel(ctx, id);
  return id;
}

/** If OWNER_EMAIL changed since the last seed, the previous owner still has the username. */
async function freeUsername(ctx: Context, username: string): Promise<string> {
  const taken = await ctx.db.select({ id: users.id }).from(users).where(eq(users.username, username)).get();
  return taken ? inventUsername(username) : username;
}

/**
 * Makes the account with OWNER_EMAIL the owner, with an authenticator app, if its address is verified. Former owners keep
 * their rank.
 */
async function addRank(
  ctx: Context,
  ownerId: string | undefined,
  { totpSecret, resetCredentials }: Omit<SeedOptions, 'password'>,
): Promise<void> {
  if (ownerId === undefined) return;
  const owner = await ctx.db
    .select({ rank: staff.rank, verifiedAt: users.emailVerifiedAt })
    .from(users)
    .leftJoin(staff, eq(staff.userId, users.id))
    .where(eq(users.id, ownerId))
    .get();
  if (!owner?.verifiedAt) return;
  const isNew = owner.rank !== 'owner';
  if (isNew) await runBatch(ctx, [rankOwner(ctx, ownerId)]);
  if (isNew || resetCredentials) await setTotp(ctx, ownerId, totpSecret);
}

async function approval(ctx: Context, userId: string, { role, displayName }: DemoAccount): Promise<Statement[]> {
  if (role === 'viewer') return [];
  const id = newId();
  const now = ctx.now();
  const profile = { bio: `${displayName} of the demo world.`, categories: ['music'] };
  const account = { accountHolder: displayName, accountNumber: '0000123456', bankName: 'Demo Bank', country: 'DE' };
  return [
    ctx.db.insert(creatorApplications).values({
      id,
      userId,
      type: role,
      status: 'APPROVED',
      ...profile,
      legalName: displayName,
      birthDate: '1990-01-01',
      ...(await sealFinancial(ctx, id, account)),
      submittedAt: now,
      decidedAt: now,
      decidedBy: null,
    }),
    ctx.db.insert(creatorProfiles).values({ userId, ...profile, createdAt: now, updatedAt: now }),
    setCreatorStatus(ctx, userId, 'APPROVED', role),
  ];
}

async function passwordOf(ctx: Context, userId: string, password: string): Promise<Statement[]> {
  const secretHash = await hashPassword(password);
  const now = ctx.now();
  const row = { userId, provider: 'password', subject: userId, secretHash, createdAt: now, updatedAt: now } as const;
  const target = [accounts.provider, accounts.subject];
  return [
    ctx.db
      .insert(accounts)
      .values(row)
      .onConflictDoUpdate({ target, set: { secretHash: sql`excluded.secret_hash` } }),
  ];
}

async function setPassword(ctx: Context, userId: string, password: string): Promise<void> {
  await runBatch(ctx, await passwordOf(ctx, userId, password));
}

/** Turns two-factor authentication on. Staff approve cash-outs with its codes. */
async function setTotp(ctx: Context, userId: string, secret: string): Promise<void> {
  const totpSecret = await encrypt(ctx.config.keys, userId, secret);
  const now = ctx.now();
  await runBatch(ctx, [
    ctx.db.update(users).set({ totpSecret, totpEnabledAt: now, updatedAt: now }).where(eq(users.id, userId)),
  ]);
}

async function addFollows(ctx: Context, wanted: readonly DemoAccount[], ids: ReadonlyMap<string, string>) {
  const idOf = (username: string) => ids.get(fold(wanted.find((one) => one.username === username)?.email ?? '')) ?? '';
  await runBatch(
    ctx,
    Object.entries(FOLLOWS).flatMap(([follower, creators]) =>
      creators.map((creator) => follow(ctx, idOf(follower), idOf(creator))),
    ),
  );
}

/** Replaces only the platform's first economy. One that someone has changed stays. */
async function addEconomy(ctx: Context): Promise<void> {
  const { version, limits, ...others } = await readEconomy(ctx);
  if (version > 1) return;
  const config = { ...others, limits: { ...limits, maturingDays: 0, payoutsPerDayMax: 100 } };
  await runBatch(ctx, [
    ctx.db.insert(economyVersions).values({ version: version + 1, config, changedBy: null, createdAt: ctx.now() }),
  ]);
}

/** Adds a code that each viewer can use once, on any package. */
async function addDiscount(ctx: Context): Promise<void> {
  const now = ctx.now();
  await runBatch(ctx, [
    ctx.db
      .insert(discountCodes)
      .values({
        id: newId(),
        code: 'WELCOME10',
        kind: 'promotional',
        promotion: 'welcome',
        bonusPercent: 10,
        usesPerUserMax: 1,
        createdAt: now,
        updatedAt: now,
      })
      .onConflictDoNothing(),
  ]);
}

async function runBatch(ctx: Context, [first, ...rest]: Statement[]): Promise<void> {
  if (first) await ctx.db.batch([first, ...rest]);
}

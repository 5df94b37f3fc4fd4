/** What changes while a sign-in is under way: its session is made in one batch with what must still hold. */
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { asUserWithPassword, PASSWORD, stranger, turnOnTwoFactor } from '#test/support/accounts';
import { testContext } from '#test/support/context';
import type { Context } from '@/contracts/context';
import { signInByPassword } from '@/domains/people/auth/sign-in';

/** The statements of a sign-in by password: its try, the try given back, and at last the session or the challenge. */
const LAST_BATCH = 3;

/** A context whose last batch comes after this. */
function interrupted(change: () => Promise<unknown>): Context {
  const ctx = testContext();
  const { db } = ctx;
  const batch: (statements: never) => Promise<unknown> = db.batch.bind(db);
  let batches = 0;
  const late = async (statements: never) => {
    batches += 1;
    if (batches === LAST_BATCH) await change();
    return batch(statements);
  };
  return { ...ctx, db: Object.assign(db, { batch: late }) as Context['db'] }; // the same batch, a little later
}

const replacePassword = (userId: string) =>
  env.DB.prepare("UPDATE accounts SET secret_hash = 'scrypt$new', updated_at = 1 WHERE user_id = ?").bind(userId).run();
const ban = (userId: string) => env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(userId).run();

async function sessionsOf(userId: string): Promise<number> {
  const row = await env.DB.prepare('SELECT count(*) AS n FROM auth_sessions WHERE user_id = ?')
    .bind(userId)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

describe.each([
  ['a new password', replacePassword],
  ['a ban', ban],
])('%s while a sign-in is under way', (_, change) => {
  it('leaves no session behind', async () => {
    const { email, userId } = await asUserWithPassword();
    const ctx = interrupted(() => change(userId));
    await expect(signInByPassword(ctx, email, PASSWORD, stranger())).rejects.toMatchObject({
      code: 'INVALID_CREDENTIALS',
    });
    expect(await sessionsOf(userId)).toBe(1);
  });
});

it('a new password while a sign-in is under way leaves no challenge behind', async () => {
  const person = await asUserWithPassword();
  await turnOnTwoFactor(person);
  const ctx = interrupted(() => replacePassword(person.userId));
  await expect(signInByPassword(ctx, person.email, PASSWORD, stranger())).rejects.toMatchObject({ status: 429 });
  const row = await env.DB.prepare('SELECT count(*) AS n FROM sign_in_challenges WHERE user_id = ?')
    .bind(person.userId)
    .first();
  expect(row).toEqual({ n: 0 });
});

it('a sign-in that nothing interferes with creates a session', async () => {
  const { email, userId } = await asUserWithPassword();
  await signInByPassword(
    interrupted(async () => undefined),
    email,
    PASSWORD,
    stranger(),
  );
  expect(await sessionsOf(userId)).toBe(2);
});

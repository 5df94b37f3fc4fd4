/** What is kept of daily limits: nothing once a day is over, and nothing of an account that is gone. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { usedBy } from '#test/support/budgets';
import { testContext } from '#test/support/context';
import { asViewer } from '#test/support/users';
import { commitSpent, trySpending } from '@/domains/base/budgets/spend';
import { sweepBudgets } from '@/domains/base/budgets/sweep';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { DAY_MS } from '@/shared/time';

it('budgets of days that are over are swept away page by page, and others stay', async () => {
  const [crowd, person] = [await asViewer(), await asViewer()];
  const ctx = testContext();
  const now = ctx.now();
  await env.DB.batch([
    env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 501)
       INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at)
       SELECT 'over' || i, 'over' || i, 'over' || i, 'over' || i, '', 0, 0 FROM n`,
    ),
    env.DB.prepare("INSERT INTO daily_budgets SELECT id, 'mails', ?, 1, 5 FROM users WHERE id LIKE 'over%'").bind(
      now - DAY_MS,
    ),
  ]);
  await commitSpent(ctx, { userId: person.userId, costs: { mails: 1, pictures: 2 }, at: now - DAY_MS + 60_000 });
  await commitSpent(ctx, { userId: crowd.userId, costs: { checkouts: 1 }, at: now });
  expect([await sweepBudgets(ctx), await sweepBudgets(ctx)]).toEqual([true, false]);
  expect(await usedBy({ userId: 'over1' })).toEqual({});
  expect(await usedBy(person)).toEqual({ mails: 1, pictures: 2 });
  expect(await usedBy(crowd)).toEqual({ checkouts: 1 });
});

it('the end of an account deletes its budgets', async () => {
  const person = await asViewer();
  const ctx = testContext();
  expect(await trySpending(ctx, { userId: person.userId, costs: { mails: 1 }, at: ctx.now() })).toBe(true);
  await env.DB.prepare('UPDATE users SET deletes_at = 1 WHERE id = ?').bind(person.userId).run();
  await eraseAccounts(ctx);
  expect(await usedBy(person)).toEqual({});
});

it('costs of which one is too much spend nothing at all', async () => {
  const person = await asViewer();
  const ctx = testContext({ DAILY_PICTURES: '1/1' });
  const spending = { userId: person.userId, costs: { bytes: 5, pictures: 2 }, at: ctx.now() };
  await expect(commitSpent(ctx, spending)).rejects.toMatchObject({ code: 'DAILY_BUDGET_SPENT', status: 429 });
  expect(await trySpending(ctx, spending)).toBe(false);
  expect(await usedBy(person)).toEqual({});
});

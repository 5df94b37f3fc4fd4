/** The demo world's owner follows OWNER_EMAIL, whatever it was when the world was made. */
import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { seedWorld } from '../../../scripts/local/world';

const vars = { ...(env as unknown as Record<string, string>) }; // the variables among the bindings

const seed = (OWNER_EMAIL: string) =>
  seedWorld(
    env.DB,
    { ...vars, OWNER_EMAIL },
    {
      password: 'a horse of another colour',
      totpSecret: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP',
      resetCredentials: false,
    },
  );

async function owners(): Promise<string[]> {
  const { results } = await env.DB.prepare(
    "SELECT email FROM users JOIN staff ON staff.user_id = users.id WHERE rank = 'owner' ORDER BY email",
  ).all<{ email: string }>();
  return results.map(({ email }) => email);
}

it('is seeded again after OWNER_EMAIL has changed, also to an address of the demo world', async () => {
  await seed('first.owner@footlight.test');
  expect(await owners()).toEqual(['first.owner@footlight.test']);
  const { made } = await seed('second.owner@footlight.test');
  expect(made).toBe(1);
  expect(await owners()).toEqual(['first.owner@footlight.test', 'second.owner@footlight.test']);
  expect((await seed('viewer1@footlight.test')).made).toBe(0);
  expect(await owners()).toHaveLength(3);
  expect((await seed('first.owner@footlight.test')).made).toBe(0);
}, 60_000);

it('gives no rank to an account whose address is not verified', async () => {
  const email = 'not.verified@footlight.test';
  await env.DB.prepare(
    "INSERT INTO users (id, email, email_key, username, display_name, created_at, updated_at) VALUES ('x', ?1, ?1, 'x_x', 'x', 0, 0)",
  )
    .bind(email)
    .run();
  await seed(email);
  expect(await owners()).not.toContain(email);
}, 60_000);

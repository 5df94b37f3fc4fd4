/** A browser is told nothing any more once the session that subscribed it has ended, by whatever it did. */
import { env } from 'cloudflare:workers';
import { expect, it, test } from 'vitest';
import { asUserWithPassword, PASSWORD } from '#test/support/accounts';
import { client } from '#test/support/api';
import { testContext } from '#test/support/context';
import { aBrowser, outside, taskContext } from '#test/support/notifications';
import type { Person } from '#test/support/users';
import { notify } from '@/domains/base/notifications/notify';
import { eraseAccounts } from '@/domains/operations/privacy/erase';
import { newId } from '@/shared/ids';
import { DAY_MS } from '@/shared/time';

type Signed = ReturnType<typeof client>;

const comment = ({ userId }: Person) =>
  ({ userId, kind: 'comment', title: 'Zoë commented on your post', body: 'Psst' }) as const;

/** Signed in once more, elsewhere. */
async function elsewhere({ email }: Person): Promise<Signed> {
  const { status, data } = await client().post('auth/login', { email, password: PASSWORD });
  expect(status).toBe(200);
  return client({ authorization: `Bearer ${data.accessToken}` });
}

async function browserOf(session: Pick<Signed, 'post'>) {
  const browser = await aBrowser();
  expect((await session.post('user/push', browser.subscription)).status).toBe(201);
  return browser;
}

const subscriptionsOf = async ({ userId }: Person) =>
  (await env.DB.prepare('SELECT 1 FROM push_subscriptions WHERE user_id = ?').bind(userId).all()).results.length;

const ENDINGS: Record<string, (me: Person, other: Signed) => Promise<unknown>> = {
  'it signs out': (_me, other) => other.post('auth/sign-out'),
  'its user signs out everywhere': (me) => me.post('auth/logout', { all: true }),
  'its user ends it from another session': async (me, other) =>
    me.delete(`auth/sessions/${(await other.get('auth/get-session')).data.session.id}`),
  'its user changes the password': (me) =>
    me.patch('viewer/password', { currentPassword: PASSWORD, newPassword: 'a fresh pair of boots' }),
  'the deletion of its account is planned': (me) => me.call('DELETE', 'user', { body: { password: PASSWORD } }),
  'it expires': (me) =>
    env.DB.prepare('UPDATE auth_sessions SET expires_at = 1 WHERE user_id = ?').bind(me.userId).run(),
};

it.each(Object.keys(ENDINGS))('after %s, with what still waited to be sent', async (ending) => {
  const me = await asUserWithPassword();
  const other = await elsewhere(me);
  await browserOf(other);
  const { ctx, sent, drain } = taskContext();
  await notify(ctx, newId(), comment(me));
  expect(sent()).toMatchObject([{ type: 'send-push' }]);
  const ended = await ENDINGS[ending]?.(me, other);
  expect(ended).toMatchObject('success' in (ended as object) ? { success: true } : { status: 200 });
  const calls = outside(201);
  await drain();
  await notify(ctx, newId(), comment(me));
  expect([calls, sent()]).toEqual([[], []]);
});

test('the browser of a session that goes on is reached, and one that is subscribed again', async () => {
  const me = await asUserWithPassword();
  const [mine, other] = [await browserOf(me), await elsewhere(me)];
  const theirs = await browserOf(other);
  await other.post('auth/sign-out');
  const { ctx, drain } = taskContext();
  const calls = outside(201);
  await notify(ctx, newId(), comment(me));
  await drain();
  expect(calls.map(({ url }) => url)).toEqual([mine.endpoint]);
  expect((await (await elsewhere(me)).post('user/push', theirs.subscription)).status).toBe(201);
  await notify(ctx, newId(), comment(me));
  await drain();
  expect(
    calls
      .slice(1)
      .map(({ url }) => url)
      .toSorted(),
  ).toEqual([mine.endpoint, theirs.endpoint].toSorted());
});

test('a browser is forgotten with its session, and in the first step of the end of its account', async () => {
  const [one, other] = [await asUserWithPassword(), await asUserWithPassword()];
  for (const person of [one, other]) await browserOf(person);
  await env.DB.prepare('DELETE FROM auth_sessions WHERE user_id = ?').bind(one.userId).run();
  expect(await subscriptionsOf(one)).toBe(0);
  // One of before the sessions were remembered goes as well.
  await env.DB.prepare('UPDATE push_subscriptions SET session_id = NULL WHERE user_id = ?').bind(other.userId).run();
  await env.DB.prepare('UPDATE users SET deletes_at = ? WHERE id = ?')
    .bind(Date.now() - DAY_MS, other.userId)
    .run();
  await eraseAccounts(testContext());
  expect(await subscriptionsOf(other)).toBe(0);
});

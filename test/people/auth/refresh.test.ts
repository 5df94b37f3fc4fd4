import { env } from 'cloudflare:workers';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { travel } from '#test/support/accounts';
import { client } from '#test/support/api';
import { asUser } from '#test/support/users';

const anyone = client();
const refresh = (refreshToken: string) => client().post('auth/refresh', { refreshToken });
const SECOND_MS = 1_000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;

async function endedBecause(userId: string) {
  const row = await env.DB.prepare('SELECT ended_because AS because FROM auth_sessions WHERE user_id = ?')
    .bind(userId)
    .first<{ because: string | null }>();
  return row?.because;
}

describe('POST /auth/refresh', () => {
  it('returns a new pair of tokens that works', async () => {
    const { refreshToken, userId } = await asUser();
    const answer = await refresh(refreshToken);
    expect(answer.status).toBe(200);
    expect(answer.data.refreshToken).not.toBe(refreshToken);
    const me = await client({ authorization: `Bearer ${answer.data.accessToken}` }).get('auth/me');
    expect(me.data.id).toBe(userId);
    expect((await refresh(answer.data.refreshToken)).status).toBe(200);
  });

  it('gives two tabs that refresh at once the same refresh token, which keeps working', async () => {
    const { refreshToken, userId } = await asUser();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)));
    for (const { status } of answers) expect(status).toBe(200);
    expect(new Set(answers.map(({ data }) => data.refreshToken)).size).toBe(1);
    expect((await refresh(answers[0]?.data.refreshToken)).status).toBe(200);
    expect(await endedBecause(userId)).toBeNull();
  });

  it.each([
    ['eleven seconds', 11 * SECOND_MS],
    ['two hours', 2 * 60 * 60 * SECOND_MS],
    ['six days', 6 * DAY_MS],
  ])('returns the same successor again %s after a lost response, with a fresh access token', async (_, ms) => {
    const { refreshToken, userId } = await asUser();
    const lost = await refresh(refreshToken);
    travel(ms);
    const again = await refresh(refreshToken);
    expect(again.data).toMatchObject({ refreshToken: lost.data.refreshToken, expiresIn: 900 });
    const { exp = 0 } = decodeJwt(again.data.accessToken);
    expect(exp).toBe(Math.floor(Date.now() / SECOND_MS) + 900);
    const me = await client({ authorization: `Bearer ${again.data.accessToken}` }).get('auth/me');
    expect(me.data.id).toBe(userId);
    expect((await refresh(again.data.refreshToken)).status).toBe(200);
  });

  it('gives the successor again after the predecessor has expired, and ends the family for an older one', async () => {
    const { refreshToken, userId } = await asUser();
    travel(6.9 * DAY_MS);
    const lost = await refresh(refreshToken);
    travel(0.6 * DAY_MS); // more than the seven days that the first token is good
    const again = await refresh(refreshToken);
    expect(again).toMatchObject({ status: 200, data: { refreshToken: lost.data.refreshToken } });
    expect((await refresh(again.data.refreshToken)).status).toBe(200);
    expect((await refresh(refreshToken)).error.code).toBe('SESSION_ENDED');
    expect(await endedBecause(userId)).toBe('refresh-reuse');
  });

  it('ends the family when the predecessor comes after its successor was used', async () => {
    const { refreshToken, userId } = await asUser();
    const second = await refresh(refreshToken);
    const third = await refresh(second.data.refreshToken);
    expect(third.status).toBe(200);
    travel(2 * SECOND_MS);
    expect(await refresh(refreshToken)).toMatchObject({ status: 401, error: { code: 'SESSION_ENDED' } });
    expect(await endedBecause(userId)).toBe('refresh-reuse');
    expect((await refresh(third.data.refreshToken)).error.code).toBe('SESSION_ENDED');
  });

  it('does not prolong the successor or the session when the predecessor gets it again', async () => {
    const { refreshToken } = await asUser();
    const { data } = await refresh(refreshToken);
    travel(6 * DAY_MS);
    expect((await refresh(refreshToken)).status).toBe(200);
    travel(2 * DAY_MS); // eight days after the sign-in, and after the trade
    expect((await refresh(refreshToken)).status).toBe(401);
    expect((await refresh(data.refreshToken)).status).toBe(401);
  });

  it('refuses the token after a sign-out', async () => {
    const person = await asUser();
    const { data } = await refresh(person.refreshToken);
    await person.post('auth/sign-out');
    for (const token of [person.refreshToken, data.refreshToken])
      expect((await refresh(token)).error.code).toBe('SESSION_ENDED');
  });

  it('ends the family when a stolen older token is used, even at the same time', async () => {
    const { refreshToken: stolen, userId, sessionToken } = await asUser();
    const second = await refresh(stolen);
    const third = await refresh(second.data.refreshToken);
    expect((await refresh(stolen)).error.code).toBe('SESSION_ENDED');
    expect(await endedBecause(userId)).toBe('refresh-reuse');
    expect((await refresh(third.data.refreshToken)).error.code).toBe('SESSION_ENDED');
    for (const token of [third.data.accessToken, sessionToken]) {
      const signOut = await client({ authorization: `Bearer ${token}` }).post('auth/sign-out');
      expect(signOut).toMatchObject({ status: 401, error: { code: 'SESSION_ENDED' } });
    }
  });

  it('keeps a session alive only if it refreshes within seven days', async () => {
    const [active, idle] = [await asUser(), await asUser()];
    travel(6 * DAY_MS);
    const next = await refresh(active.refreshToken);
    travel(6 * DAY_MS);
    expect((await refresh(next.data.refreshToken)).status).toBe(200);
    expect((await refresh(idle.refreshToken)).status).toBe(401);
  });

  it('ends a session and all its tokens 90 days after the sign-in', async () => {
    const { refreshToken } = await asUser();
    let newest = refreshToken;
    for (let day = 6; day <= 84; day += 6) {
      travel(6 * DAY_MS);
      newest = (await refresh(newest)).data.refreshToken;
    }
    travel(6 * DAY_MS - 10 * 60 * SECOND_MS); // ten minutes before the end
    const last = await refresh(newest);
    expect(last.status).toBe(200);
    expect(last.data.expiresIn).toBeGreaterThan(500);
    expect(last.data.expiresIn).toBeLessThanOrEqual(600);
    travel(10 * 60 * SECOND_MS);
    const after = client({ authorization: `Bearer ${last.data.accessToken}` });
    expect(await after.get('viewer/live')).toMatchObject({ status: 401, error: { code: 'TOKEN_INVALID' } });
    for (const token of [newest, last.data.refreshToken]) expect((await refresh(token)).status).toBe(401);
  });

  it('refuses a banned account, whether or not its sessions were ended', async () => {
    const { refreshToken, userId } = await asUser();
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(userId).run();
    expect(await refresh(refreshToken)).toMatchObject({ status: 403, error: { code: 'ACCOUNT_BANNED' } });
  });

  it("puts the user's current data into the new tokens", async () => {
    const { refreshToken, userId } = await asUser();
    await env.DB.prepare("UPDATE users SET role = 'dj', creator_status = 'APPROVED' WHERE id = ?").bind(userId).run();
    const { accessToken } = (await refresh(refreshToken)).data;
    expect(atob(accessToken.split('.')[1])).toContain('"role":"dj"');
  });

  it('refuses anything that is not one of our refresh tokens', async () => {
    const { accessToken, sessionToken } = await asUser();
    for (const token of ['x', accessToken, sessionToken])
      expect(await refresh(token)).toMatchObject({ status: 401, error: { code: 'TOKEN_INVALID' } });
    expect((await anyone.post('auth/refresh', {})).error.details).toEqual([
      { path: 'refreshToken', message: expect.any(String) },
    ]);
  });

  it('gives a refresh token that is not accepted as an access token', async () => {
    const { refreshToken } = await asUser();
    expect((await client({ authorization: `Bearer ${refreshToken}` }).get('auth/me')).error.code).toBe('TOKEN_INVALID');
  });
});

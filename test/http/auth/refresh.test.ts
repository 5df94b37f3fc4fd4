import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { travel } from '#test/support/accounts';
import { client } from '#test/support/api';
import { asUser } from '#test/support/users';

const anyone = client();
const refresh = (refreshToken: string) => anyone.post('auth/refresh', { refreshToken });
const SECOND_MS = 1_000;
const DAY_MS = 24 * 60 * 60 * SECOND_MS;

async function endedBecause(userId: string) {
  const row = await env.DB.prepare('SELECT ended_because AS because FROM auth_sessions WHERE user_id = ?')
    .bind(userId)
    .first<{ because: string | null }>();
  return row?.because;
}

describe('POST /auth/refresh', () => {
  it('answers a new pair that works', async () => {
    const { refreshToken, userId } = await asUser();
    const answer = await refresh(refreshToken);
    expect(answer.status).toBe(200);
    expect(answer.data.refreshToken).not.toBe(refreshToken);
    const me = await client({ authorization: `Bearer ${answer.data.accessToken}` }).get('auth/me');
    expect(me.data.id).toBe(userId);
    expect((await refresh(answer.data.refreshToken)).status).toBe(200);
  });

  it('gives two tabs that ask at once the same pair, which goes on', async () => {
    const { refreshToken, userId } = await asUser();
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refreshToken)));
    for (const { status } of answers) expect(status).toBe(200);
    expect(new Set(answers.map(({ data }) => data.refreshToken)).size).toBe(1);
    expect(new Set(answers.map(({ data }) => data.accessToken)).size).toBe(1);
    expect((await refresh(answers[0]?.data.refreshToken)).status).toBe(200);
    expect(await endedBecause(userId)).toBeNull();
  });

  it('gives the same successor again for ten seconds after a lost answer', async () => {
    const { refreshToken } = await asUser();
    const lost = await refresh(refreshToken);
    travel(9 * SECOND_MS);
    expect((await refresh(refreshToken)).data.refreshToken).toBe(lost.data.refreshToken);
  });

  it('ends the family when the predecessor comes after that', async () => {
    const { refreshToken, userId } = await asUser();
    const next = await refresh(refreshToken);
    travel(11 * SECOND_MS);
    expect(await refresh(refreshToken)).toMatchObject({ status: 401, error: { code: 'SESSION_ENDED' } });
    expect(await endedBecause(userId)).toBe('refresh-reuse');
    expect((await refresh(next.data.refreshToken)).error.code).toBe('SESSION_ENDED');
  });

  it('ends the family when a stolen older one comes, even at once', async () => {
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

  it('keeps a session alive that refreshes within seven days, and no other', async () => {
    const [active, idle] = [await asUser(), await asUser()];
    travel(6 * DAY_MS);
    const next = await refresh(active.refreshToken);
    travel(6 * DAY_MS);
    expect((await refresh(next.data.refreshToken)).status).toBe(200);
    expect((await refresh(idle.refreshToken)).status).toBe(401);
  });

  it('refuses a banned account, whether or not its sessions were ended', async () => {
    const { refreshToken, userId } = await asUser();
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(userId).run();
    expect(await refresh(refreshToken)).toMatchObject({ status: 403, error: { code: 'ACCOUNT_BANNED' } });
  });

  it('tells the new pair what has changed about the user', async () => {
    const { refreshToken, userId } = await asUser();
    await env.DB.prepare("UPDATE users SET role = 'dj', creator_status = 'APPROVED' WHERE id = ?").bind(userId).run();
    const { accessToken } = (await refresh(refreshToken)).data;
    expect(atob(accessToken.split('.')[1])).toContain('"role":"dj"');
  });

  it('refuses what is no refresh token of ours', async () => {
    const { accessToken, sessionToken } = await asUser();
    for (const token of ['x', accessToken, sessionToken])
      expect(await refresh(token)).toMatchObject({ status: 401, error: { code: 'TOKEN_INVALID' } });
    expect((await anyone.post('auth/refresh', {})).error.details).toEqual([
      { path: 'refreshToken', message: expect.any(String) },
    ]);
  });

  it('does not pass for an access token', async () => {
    const { refreshToken } = await asUser();
    expect((await client({ authorization: `Bearer ${refreshToken}` }).get('auth/me')).error.code).toBe('TOKEN_INVALID');
  });
});

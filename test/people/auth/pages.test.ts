/** The pages behind mailed links: opening one changes nothing, and what their scripts call does it. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { asUserWithPassword, forgetMails, mailedLinkToken, mailTo, PASSWORD } from '#test/support/accounts';
import { client } from '#test/support/api';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { giveCoins } from '#test/support/money';
import { asUser } from '#test/support/users';
import { verifyLink } from '@/domains/people/auth/verify-link';

const ORIGIN = 'http://localhost:8787';
const WITHOUT_FRONTEND = { FRONTEND_URL: undefined };
const PAGE_LINK = /http:\/\/localhost:8787(\/api\/v1\/auth\/\S+)/;

const fetchPage = (path: string, method = 'GET') =>
  exports.default.fetch(`${ORIGIN}${path}`, { method, redirect: 'manual' });

async function tokenOf({ userId, email }: { userId: string; email: string }): Promise<string> {
  return (await verifyLink(testContext(), { id: userId, email }, 60_000)).split('#token=')[1] ?? '';
}

/** Everything that D1 has of users and their sign-in. */
async function everything(): Promise<string> {
  const tables = ['users', 'accounts', 'auth_sessions', 'otps', 'staff', 'staff_log', 'sign_in_challenges', 'outbox'];
  const rows = await env.DB.batch(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`)));
  return JSON.stringify(rows.map(({ results }) => results));
}

describe('the page of a verification link', () => {
  it.each(['GET', 'HEAD'])('changes nothing, however often a scanner opens it by %s', async (method) => {
    const token = await tokenOf(await asUserWithPassword({ verified: false }));
    const before = await everything();
    for (const base of ['/api/v1', '/api', '/api/v1'])
      expect((await fetchPage(`${base}/auth/verify-email/${token}`, method)).status).toBe(200);
    expect(await everything()).toBe(before);
  });

  it('shows the username, escaped, and loads nothing but its own files', async () => {
    const person = await asUser({ verified: false });
    await env.DB.prepare("UPDATE users SET username = '<img src=x>' WHERE id = ?").bind(person.userId).run();
    const token = await tokenOf(person);
    const path = `/api/v1/auth/verify-email/${token}`;
    const response = await fetchPage(path);
    const text = await response.text();
    expect(text).toContain('<strong>&lt;img src=x&gt;</strong>');
    for (const label of ['I signed up', 'This wasn&#39;t me', 'Verify without the password'])
      expect(text.replaceAll("wasn't", 'wasn&#39;t')).toContain(label);
    expect(text).not.toMatch(/<script>|\son\w+=|style=/);
    const { headers } = response;
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    for (const [, file = ''] of text.matchAll(/(?:src|href)="([^"]+)"/g)) {
      const asset = await fetchPage(new URL(file, `${ORIGIN}${path}`).pathname);
      expect([asset.status, asset.headers.get('content-type')?.split('/')[0]]).toEqual([200, 'text']);
    }
  });

  it('explains that the link is forged or expired, or that the account no longer exists', async () => {
    const { accessToken } = await asUser();
    for (const token of ['x', accessToken]) {
      const response = await fetchPage(`/api/v1/auth/verify-email/${token}`);
      expect([response.status, response.headers.get('content-type')]).toEqual([401, 'text/html; charset=utf-8']);
      expect(await response.text()).toContain('This link no longer works');
    }
  });

  it('says so if the address is already verified', async () => {
    const response = await fetchPage(`/api/v1/auth/verify-email/${await tokenOf(await asUser())}`);
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('is verified')]);
  });
});

describe('the scripts of the pages', () => {
  it.each(['shared.js', 'verify-email.js', 'reset-password.js'])('%s is JavaScript', async (name) => {
    const response = await fetchPage(`/api/v1/auth/pages/${name}`);
    expect(response.headers.get('content-type')).toContain('javascript');
    const text = await response.text();
    expect(text).not.toContain('innerHTML');
    expect(text.length).toBeGreaterThan(100);
  });
});

describe('"This wasn\'t me"', () => {
  it('deletes the account and frees the address, and is idempotent', async () => {
    const person = await asUserWithPassword({ verified: false });
    const path = `auth/verify-email/${await tokenOf(person)}/reject`;
    for (const _ of [1, 2]) expect((await client().post(path, {})).status).toBe(200);
    expect((await person.post('auth/logout')).error.code).toBe('SESSION_ENDED');
    expect((await client().post('auth/login', { email: person.email, password: PASSWORD })).status).toBe(401);
    const again = { email: person.email, username: person.username, password: PASSWORD };
    expect((await client().post('auth/register', again)).status).toBe(201);
  });

  it('is refused for a verified account, an account with money, a banned one and a forged link', async () => {
    const verified = await asUser();
    const rich = await asUser({ verified: false });
    await giveCoins(rich.userId, 10);
    const banned = await asUser({ verified: false });
    await env.DB.prepare("UPDATE users SET status = 'banned' WHERE id = ?").bind(banned.userId).run();
    const reject = async (token: string) => (await client().post(`auth/verify-email/${token}/reject`)).error.code;
    expect(await reject(await tokenOf(verified))).toBe('ALREADY_VERIFIED');
    expect(await reject(await tokenOf(rich))).toBe('ACCOUNT_OWNS_MONEY');
    expect(await reject(await tokenOf(banned))).toBe('ACCOUNT_BANNED');
    expect(await reject('x')).toBe('TOKEN_INVALID');
    for (const { userId, email } of [verified, rich, banned])
      expect(await env.DB.prepare('SELECT email FROM users WHERE id = ?').bind(userId).first()).toEqual({ email });
  });
});

describe('links in mails', () => {
  it('lead to the frontend if one is configured, with the token after the #', async () => {
    const email = 'frontend.reader@footlight.test';
    await client().post('auth/register', { email, username: 'frontend_reader', password: PASSWORD });
    expect(await mailTo(email, 'Verify your email')).toContain('http://localhost:5173/verify-email#token=');
    expect(await mailedLinkToken(email)).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  });

  it("lead to the Worker's own pages if no frontend is configured", async () => {
    const anyone = clientWith(WITHOUT_FRONTEND);
    const email = 'page.reader@footlight.test';
    await anyone.post('auth/register', { email, username: 'page_reader', password: PASSWORD });
    const verify = PAGE_LINK.exec(await mailTo(email, 'Verify your email'))?.[1] ?? '';
    expect((await fetchPage(verify)).status).toBe(200);
    expect((await client().post(verify, { password: PASSWORD })).data).toMatchObject({ verified: true });

    await forgetMails(email);
    await anyone.post('auth/reset-password', { email });
    const [path = '', token = ''] = (PAGE_LINK.exec(await mailTo(email, 'Reset your password'))?.[1] ?? '').split(
      '#token=',
    );
    const page = await fetchPage(path);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('reset-password.js')]);
    const body = { token, password: 'a fresh pair of boots' };
    expect((await client().post('auth/reset-password/confirm', body)).status).toBe(200);
  });
});

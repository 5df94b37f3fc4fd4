/**
 * The pages that emailed links open on platforms without a frontend. Opening a page changes nothing, because mail
 * scanners open links too. Its buttons call the JSON endpoints through a script file that the Worker serves.
 */
import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Context } from '@/contracts/context';
import type { AppEnv } from '@/http/middleware';
import { RESET_SCRIPT, SHARED_SCRIPT, STYLE, VERIFY_SCRIPT } from './page-files';
import { findAccountByLink } from './verify-link';

type Html = ReturnType<typeof html>;

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

const FILES: readonly (readonly [string, string, string])[] = [
  ['page.css', 'text/css', STYLE],
  ['shared.js', 'text/javascript', SHARED_SCRIPT],
  ['verify-email.js', 'text/javascript', VERIFY_SCRIPT],
  ['reset-password.js', 'text/javascript', RESET_SCRIPT],
];

/** Serves the pages' files. The pages use relative paths, so every base path serves them. */
export const authPageRoutes = new Hono<AppEnv>();
for (const base of ['/api/v1', '/api'])
  for (const [name, type, text] of FILES)
    authPageRoutes.get(`${base}/auth/pages/${name}`, (c) => c.body(text, 200, { 'Content-Type': type }));

/** Reads the account and changes nothing, for both HEAD and GET. */
export async function verifyEmailPage(ctx: Context, token: string): Promise<Response> {
  const account = await findAccountByLink(ctx, token);
  if (!account) return page('../pages', 'This link no longer works', NOT_VALID, { status: 401 });
  const { username, emailVerifiedAt } = account.user;
  if (emailVerifiedAt !== null)
    return page(
      '../pages',
      'Your email address is verified',
      html`<p>The email address of <strong>${username}</strong> is verified. You can sign in.</p>`,
    );
  return page('../pages', 'Verify your email address', choices(username), { script: 'verify-email.js' });
}

/** The token is in the URL's fragment, which browsers never send to a server. */
export function resetPasswordPage(): Promise<Response> {
  return page('pages', 'Choose a new password', html`${newPasswordForm(false)}${result}`, {
    script: 'reset-password.js',
  });
}

const NOT_VALID = html`<p>It has expired, or the account was deleted. Sign in and request a code instead, or sign up again.</p>`;
const result = html`<p id="result" role="status"></p>
<noscript><p>This page needs JavaScript.</p></noscript>`;

function choices(username: string): Html {
  return html`<div id="choices">
<p>Someone signed up for Footlight as <strong>${username}</strong> with this email address.</p>
<form id="mine">
<label>The password you signed up with <input type="password" name="password" autocomplete="current-password" required></label>
<button>I signed up</button>
</form>
<h2>Don't know the password?</h2>
<p>You can verify your email address without it. This signs the account out everywhere and removes its password, two-factor authentication, backup codes and push notifications. You then choose a new password here.</p>
<button id="without" type="button">Verify without the password</button>
<h2>Didn't sign up?</h2>
<p>You can delete this account.</p>
<button id="reject" type="button">This wasn't me</button>
</div>
${newPasswordForm(true)}${result}`;
}

function newPasswordForm(hidden: boolean): Html {
  return html`<form id="renew" ${hidden ? 'hidden' : ''}>
<label>New password <input type="password" name="password" autocomplete="new-password" minlength="8" required></label>
<button>Set the password</button>
</form>`;
}

/** @param files path of the page's files, relative to the page */
async function page(
  files: string,
  title: string,
  body: Html,
  { script, status = 200 }: { script?: string; status?: 200 | 401 } = {},
): Promise<Response> {
  const scripts =
    script &&
    html`<script src="${files}/shared.js"></script>
<script src="${files}/${script}"></script>`;
  const text = await html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} – Footlight</title>
<link rel="stylesheet" href="${files}/page.css">
<h1>${title}</h1>
${body}
${scripts ?? ''}
</html>`;
  return new Response(String(text), {
    status,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': POLICY,
      'Referrer-Policy': 'no-referrer',
      'Cache-Control': 'no-store',
    },
  });
}

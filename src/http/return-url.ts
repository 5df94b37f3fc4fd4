/**
 * Allows providers to send people back only to the platform's own addresses and apps, so that our links cannot redirect
 * elsewhere. Providers take web addresses alone, so a link into an app goes by a page of the Worker's own.
 */
import { Hono } from 'hono';
import { html } from 'hono/html';
import type { Config } from '@/contracts/config';
import { isAppLink } from '@/shared/app-schemes';
import { DAY_MS, SECOND_MS } from '@/shared/time';
import { signToken, verifyToken } from '@/shared/tokens';
import { httpError } from './errors';
import { misleads } from './fields';
import type { HttpEnv } from './http-env';
import { enforceLimit } from './rate-limit';

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];
const PATH = '/return';
/** A creator may take days to complete a payout account. */
const LINK_SECONDS = (7 * DAY_MS) / SECOND_MS;
const POLICY =
  "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

type Origins = Pick<Config, 'frontendUrl' | 'corsOrigins' | 'publicUrl' | 'appSchemes'>;

/** Throws RETURN_URL_NOT_ALLOWED. @param urls by the name of their field */
export function requireReturnUrls(config: Origins, urls: Readonly<Record<string, string>>): void {
  const origins = originsOf(config);
  const allowed = [...origins, ...config.appSchemes.map((scheme) => `${scheme}://`)];
  const details = Object.entries(urls)
    .filter(([, url]) => !mayReturnTo(origins, url) && !isAppLink(config.appSchemes, url))
    .map(([path]) => ({ path, message: `must be an address at one of ${allowed.join(', ')}` }));
  if (details.length > 0) throw httpError('RETURN_URL_NOT_ALLOWED', { details });
}

/** https, or http on the developer's own machine. */
function mayReturnTo(origins: readonly string[], text: string): boolean {
  const url = misleads(text) ? null : URL.parse(text);
  if (url?.username !== '' || url.password !== '') return false;
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && LOCAL_HOSTS.includes(url.hostname));
  return isSafe && origins.includes(url.origin);
}

function originsOf({ frontendUrl, corsOrigins, publicUrl }: Origins): string[] {
  return [...new Set([...(frontendUrl === undefined ? [] : [frontendUrl]), ...corsOrigins, publicUrl])];
}

/**
 * The address that a provider is given for a URL that `requireReturnUrls` allowed: itself, or for a link into an app the
 * page that leads there. Signed, so that nobody else makes such pages.
 * @param at milliseconds: when it was asked for. The same link and time give the same address, since a provider compares
 * a repeated request with the first one.
 */
export async function webReturnUrl({ config }: { readonly config: Config }, link: string, at: number): Promise<string> {
  if (/^https?:/i.test(link)) return link;
  return `${config.publicUrl}${PATH}/${await signToken(config.keys, 'return', { link }, LINK_SECONDS, at)}`;
}

/**
 * The page that leads back into an app. Browsers may follow a link into an app only after a click, so it also shows one.
 * The link is checked again: an app may have been taken out of the configuration since.
 */
export const returnRoutes = new Hono<HttpEnv>();
returnRoutes.get(`${PATH}/:token`, async (c) => {
  await enforceLimit(c, 'read');
  const { config, now } = c.var.ctx;
  const claims = await verifyToken(config.keys, 'return', c.req.param('token'), now());
  const link = claims?.link;
  if (typeof link !== 'string' || !isAppLink(config.appSchemes, link)) throw httpError('NOT_FOUND');
  c.header('Content-Security-Policy', POLICY);
  c.header('Referrer-Policy', 'no-referrer');
  c.header('Cache-Control', 'no-store');
  c.header('X-Robots-Tag', 'noindex');
  const name = config.seller.name;
  return c.html(html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="0; url=${link}">
<title>Back to the app – ${name}</title>
<style>body{font:16px/1.5 system-ui;max-width:30rem;margin:2rem auto;padding:0 1rem}</style>
<h1>Back to the app</h1>
<p><a href="${link}">Open ${name}</a></p>
<p>If nothing opens, close this page and open the app yourself. It knows what you did here.</p>
</html>`);
});

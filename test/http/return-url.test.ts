/** Where providers may send people back: the platform's addresses, and links into its own apps. */
import { describe, expect, it } from 'vitest';
import { clientWith } from '#test/support/app';
import { testContext } from '#test/support/context';
import { once } from '#test/support/money';
import { aPackage, RETURN_URLS } from '#test/support/purchases';
import { STRIPE_ENV, standInForStripe } from '#test/support/stripe';
import { asCreator, asViewer } from '#test/support/users';
import { webReturnUrl } from '@/http/return-url';

const APPS = { APP_SCHEMES: 'footlight, com.Example.app' };

async function buyReturningTo(successUrl: string, overrides: object = APPS) {
  const { id: packageId } = await aPackage();
  const api = clientWith(overrides, (await asViewer()).headers);
  return { api, ...(await api.post('payment/purchase', { packageId, ...RETURN_URLS, successUrl }, once())) };
}

describe('a link into an app', () => {
  it.each(['footlight://purchases/done?from=web#top', 'FOOTLIGHT://done', 'com.example.app://x', ' footlight://done'])(
    'is taken where its scheme is configured: %s',
    async (url) => expect((await buyReturningTo(url)).status).toBe(201),
  );

  it.each([
    ...['footlight:done', 'footlight:/done', 'footlights://done', 'foot://done', 'example.app://x'],
    ...[
      'javascript://localhost:5173/%0Aalert(1)',
      'data://text/html,x',
      'http://elsewhere.test/',
      'intent://x#Intent;end',
    ],
    ...['footlight://me@done', 'footlight://me:pw@done', 'foot\nlight://done', 'footlight://d\tone'],
  ])('is refused where it is anything else: %j', async (url) => {
    const { status, error } = await buyReturningTo(url);
    expect([status, error.code]).toEqual([422, 'RETURN_URL_NOT_ALLOWED']);
    expect(error.details).toEqual([{ path: 'successUrl', message: expect.stringContaining('footlight://') }]);
  });

  it('is refused on a platform without apps', async () => {
    expect((await buyReturningTo('footlight://done', {})).error.code).toBe('RETURN_URL_NOT_ALLOWED');
  });

  it('reaches the provider as a page of the platform, which leads into the app', async () => {
    const stripe = standInForStripe();
    const api = clientWith({ ...STRIPE_ENV, ...APPS }, (await asCreator()).headers);
    const link = 'footlight://payouts?a="1"&b=2';
    const { status } = await api.post('payment/payout-account', { returnUrl: link, country: 'DE' });
    expect(status).toBe(200);
    const { return_url: page } = stripe.callsOf('POST /v1/account_links')[0] as { return_url: string };
    expect(page).toMatch(/^http:\/\/localhost:8787\/return\/[\w.-]+$/);
    const opened = await clientWith(APPS).get(page);
    expect(opened.status).toBe(200);
    expect(opened.body).toContain('<a href="footlight://payouts?a=%221%22&amp;b=2">');
    expect(opened.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(opened.headers.get('cache-control')).toBe('no-store');
  });

  it('is checked again when its page is opened: the app may no longer be configured', async () => {
    const page = await webReturnUrl(testContext(APPS), 'footlight://done', Date.now());
    expect((await clientWith(APPS).get(page)).status).toBe(200);
    for (const api of [clientWith({}), clientWith({ APP_SCHEMES: 'another' })])
      expect((await api.get(page)).status).toBe(404);
  });

  it('has no page that somebody else made, nor one for long', async () => {
    const page = await webReturnUrl(testContext(APPS), 'footlight://done', Date.now());
    const old = await webReturnUrl(testContext(APPS), 'footlight://done', Date.now() - 8 * 86_400_000);
    const foreign = await webReturnUrl(testContext(APPS), 'elsewhere://done', Date.now());
    for (const url of [`${page}x`, page.replace(/return\/.*/, 'return/footlight:%2F%2Fdone'), old, foreign])
      expect((await clientWith(APPS).get(url)).status).toBe(404);
  });

  it('has the same page in a repeated request', async () => {
    const make = () => webReturnUrl(testContext(APPS), 'footlight://done', 1_700_000_000_000);
    expect(await make()).toBe(await make());
    expect(await webReturnUrl(testContext(APPS), 'https://footlight.live/', 0)).toBe('https://footlight.live/');
  });

  it('works in the sandbox as with a provider', async () => {
    const { api, data } = await buyReturningTo('footlight://done');
    const headers = { accept: 'application/json' };
    const paid = await api.post(new URL(data.checkoutUrl).pathname, { decision: 'pay' }, { headers });
    expect((await api.get(paid.data.redirectUrl)).body).toContain('footlight://done');
  });
});

describe('an address of the platform', () => {
  it.each(['HTTP://LOCALHOST:5173/done', 'http://localhost:5173/%5C@elsewhere.test', ' http://localhost:5173/ж '])(
    'is taken as URLs write it: %j',
    async (url) => expect((await buyReturningTo(url)).status).toBe(201),
  );

  // What comes before an @ is a user name for some readers, and a path for others.
  it.each([
    'http://localhost:5173\\@elsewhere.test/',
    'http:\\\\localhost:5173/done',
    'http://localhost:5173/a b',
    'http://localhost:5173/\tdone',
    'http://elsewhere.test\\@localhost:5173/',
  ])('is refused where readers of URLs disagree about its host: %j', async (url) => {
    const { status, error } = await buyReturningTo(url);
    expect([status, error.code]).toEqual([422, 'RETURN_URL_NOT_ALLOWED']);
  });
});

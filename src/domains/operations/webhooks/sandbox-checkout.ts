/**
 * The sandbox's checkout page, in development only. Its buttons send a signed event to the ordinary webhook, so a
 * purchase is settled, and later disputed, exactly as with a real provider.
 */

import { z } from '@hono/zod-openapi';
import { eq } from 'drizzle-orm';
import { Hono, type Context as HonoContext } from 'hono';
import { html } from 'hono/html';
import type { Context } from '@/contracts/context';
import { paymentError } from '@/domains/money/payments/errors';
import { presentPurchase } from '@/domains/money/purchases/present';
import { type PurchaseRow, purchases } from '@/domains/money/purchases/tables';
import { httpError } from '@/http/errors';
import type { AppEnv } from '@/http/middleware';
import { readRawText } from '@/http/raw-body';
import { type SandboxOutcome, sandboxEvent } from '@/providers/sandbox';
import { formatPrice } from '@/shared/currency';
import { receivePaymentEvent } from './receive-payment';

const PATH = '/dev/checkout/:purchaseId';
const BODY_BYTES_MAX = 1_024;

/** What the buyer decides at the checkout, and what their bank decides once it is paid. */
const OUTCOMES = {
  pay: 'paid',
  'pay-later': 'processing',
  decline: 'failed',
  dispute: 'disputed',
  'win-dispute': 'dispute-won',
  'lose-dispute': 'dispute-lost',
} as const satisfies Readonly<Record<string, SandboxOutcome>>;
type Decision = keyof typeof OUTCOMES;
const DECISIONS = [
  'pay',
  'pay-later',
  'decline',
  'dispute',
  'win-dispute',
  'lose-dispute',
] as const satisfies readonly Decision[];

const DecisionForm = z.strictObject({ decision: z.enum(DECISIONS) });

export const sandboxCheckoutRoutes = new Hono<AppEnv>();

sandboxCheckoutRoutes.get(PATH, async (c) => {
  const purchase = await getPurchase(c.var.ctx, c.req.param('purchaseId'));
  const over = whyOver(purchase, c.var.ctx.now());
  return wantsJson(c)
    ? c.json({ success: true, data: { ...presentPurchase(purchase), over } })
    : page(c, purchase, over, 200);
});

sandboxCheckoutRoutes.post(PATH, async (c) => {
  const { ctx } = c.var;
  const purchase = await getPurchase(ctx, c.req.param('purchaseId'));
  const decision = await readDecision(c.req.raw);
  const over = whyNot(purchase, decision, ctx.now());
  if (over !== undefined) {
    if (wantsJson(c)) throw paymentError('CHECKOUT_OVER', { message: over });
    return page(c, purchase, over, 409);
  }
  const { id: purchaseId, amountMinor, currency } = purchase;
  const outcome = OUTCOMES[decision];
  await receivePaymentEvent(
    ctx,
    'stripe',
    await sandboxEvent(ctx.config, ctx.now(), { purchaseId, amountMinor, currency, outcome }),
  );
  const isPaying = decision === 'pay' || decision === 'pay-later';
  const redirectUrl = isPaying ? purchase.successUrl : purchase.cancelUrl;
  return wantsJson(c) ? c.json({ success: true, data: { outcome, redirectUrl } }) : c.redirect(redirectUrl, 303);
});

/** Throws NOT_FOUND, also outside development. */
async function getPurchase(ctx: Context, id: string): Promise<PurchaseRow> {
  if (ctx.config.environment !== 'development') throw httpError('NOT_FOUND');
  const row = await ctx.db.select().from(purchases).where(eq(purchases.id, id)).get();
  if (row?.provider !== 'sandbox') throw httpError('NOT_FOUND');
  return row;
}

/** Reads the page's form or JSON. Throws BODY_TOO_LARGE, MALFORMED_JSON, VALIDATION_FAILED. */
async function readDecision(request: Request): Promise<Decision> {
  const text = await readRawText(request, BODY_BYTES_MAX);
  const isJson = request.headers.get('content-type')?.includes('json') ?? false;
  const result = DecisionForm.safeParse(isJson ? parseJson(text) : Object.fromEntries(new URLSearchParams(text)));
  if (result.success) return result.data.decision;
  throw httpError('VALIDATION_FAILED', {
    details: [{ path: 'decision', message: `must be one of ${DECISIONS.join(', ')}` }],
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw httpError('MALFORMED_JSON');
  }
}

/** Why this cannot be decided now. A dispute needs a payment, and a payment a checkout that is open. */
function whyNot(purchase: PurchaseRow, decision: Decision, now: number): string | undefined {
  if (decision === 'pay' || decision === 'pay-later' || decision === 'decline') return whyOver(purchase, now);
  return purchase.paidAt === null ? 'This purchase has not been paid, so it cannot be disputed.' : undefined;
}

/** Undefined while it can still be paid; a declined payment may be tried again, and a slow one arrives or fails. */
function whyOver({ status, processingAt, expiresAt }: PurchaseRow, now: number): string | undefined {
  if (status === 'processing') return undefined;
  if (status === 'failed' && processingAt !== null) return 'This payment did not arrive.';
  if (status === 'expired') return 'This checkout has expired.';
  if (status !== 'pending' && status !== 'failed') return 'This purchase has already been paid.';
  return now >= expiresAt ? 'This checkout has expired.' : undefined;
}

function wantsJson(c: HonoContext<AppEnv>): boolean {
  return c.req.header('accept')?.includes('application/json') ?? false;
}

function page(c: HonoContext<AppEnv>, purchase: PurchaseRow, over: string | undefined, status: 200 | 409) {
  const { packageName, coins, bonusCoins, discountCode, amountMinor, currency, successUrl, cancelUrl } = purchase;
  // Browsers apply `form-action` to the redirect that follows a form too.
  const targets = ["'self'", new URL(successUrl).origin, new URL(cancelUrl).origin].join(' ');
  c.header(
    'Content-Security-Policy',
    `default-src 'none'; style-src 'unsafe-inline'; form-action ${targets}; base-uri 'none'; frame-ancestors 'none'`,
  );
  const button = (decision: string, label: string) =>
    html`<form method="post"><button name="decision" value="${decision}">${label}</button></form>`;
  return c.html(
    html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Footlight sandbox checkout</title>
<style>body{font:16px/1.5 system-ui;max-width:30rem;margin:2rem auto;padding:0 1rem}form{display:inline-block;margin-right:1rem}button{font:inherit;padding:.5rem 1.5rem}</style>
<h1>${packageName}</h1>
<p>${coins} coins${bonusCoins > 0 ? html` and ${bonusCoins} bonus coins` : ''}${discountCode === null ? '' : html` with the code ${discountCode}`}</p>
<p><strong>${formatPrice(amountMinor, currency)}</strong></p>
${over === undefined ? html`${button('pay', 'Pay')}${purchase.status === 'processing' ? '' : button('pay-later', 'Pay by slow transfer')}${button('decline', 'Decline')}` : html`<p>${over}</p><p><a href="${cancelUrl}">Back</a></p>`}
${purchase.paidAt === null ? '' : html`<p>${button('dispute', 'Dispute')}${button('lose-dispute', 'Lose the dispute')}${button('win-dispute', 'Win the dispute')}</p>`}
<p>This is a sandbox: no money moves.</p>
</html>`,
    status,
  );
}

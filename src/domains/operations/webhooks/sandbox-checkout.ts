/**
 * The sandbox's checkout page, in development only. Its buttons send a signed event to the ordinary webhook, so a
 * purchase or an order is settled, and later disputed, exactly as with a real provider.
 */

import { z } from '@hono/zod-openapi';
import { Hono, type Context as HonoContext } from 'hono';
import { MINOR_MAX } from '@/contracts/economy';
import type { PostalAddress } from '@/contracts/payments';
import { paymentError } from '@/domains/money/payments/errors';
import { httpError } from '@/http/errors';
import { inQuery } from '@/http/fields';
import { foldId } from '@/http/fold-ids';
import type { AppEnv } from '@/http/middleware';
import { readRawText } from '@/http/raw-body';
import { type SandboxOutcome, sandboxEvent } from '@/providers/sandbox';
import { receivePaymentEvent } from './receive-payment';
import { ADDRESS_FIELDS, sandboxPage } from './sandbox-page';
import { getSandboxCheckout, type SandboxCheckout } from './sandbox-payment';

const PATH = '/dev/checkout/:purchaseId';
const BODY_BYTES_MAX = 4_096;

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

const FIELD_CHARACTERS_MAX = 200;
const aField = z.string().trim().max(FIELD_CHARACTERS_MAX).optional();

/** The buyer of goods also says where they go. What is missing is as the form is filled. */
const DecisionForm = z.strictObject({
  decision: z.enum(DECISIONS),
  taxMinor: inQuery(z.number().int().min(0).max(MINOR_MAX)).default(0),
  ...{ name: aField, line1: aField, line2: aField, city: aField, state: aField },
  ...{ postalCode: aField, country: aField, phone: aField },
});
type Decided = z.output<typeof DecisionForm>;

export const sandboxCheckoutRoutes = new Hono<AppEnv>();

sandboxCheckoutRoutes.get(PATH, async (c) => {
  const checkout = await getSandboxCheckout(c.var.ctx, foldId(c.req.param('purchaseId')));
  const over = whyOver(checkout, c.var.ctx.now());
  return wantsJson(c)
    ? c.json({ success: true, data: { ...checkout.presented, over } })
    : sandboxPage(c, checkout, over, 200);
});

sandboxCheckoutRoutes.post(PATH, async (c) => {
  const { ctx } = c.var;
  const checkout = await getSandboxCheckout(ctx, foldId(c.req.param('purchaseId')));
  const decided = await readDecision(c.req.raw);
  const { decision } = decided;
  const over = whyNot(checkout, decision, ctx.now());
  if (over !== undefined) {
    if (wantsJson(c)) throw paymentError('CHECKOUT_OVER', { message: over });
    return sandboxPage(c, checkout, over, 409);
  }
  const outcome = OUTCOMES[decision];
  const event = await sandboxEvent(ctx.config, ctx.now(), { ...paymentOf(checkout, decided), outcome });
  await receivePaymentEvent(ctx, 'stripe', event);
  const isPaying = decision === 'pay' || decision === 'pay-later';
  const { successUrl, cancelUrl } = checkout.payment;
  const redirectUrl = isPaying ? successUrl : cancelUrl;
  return wantsJson(c) ? c.json({ success: true, data: { outcome, redirectUrl } }) : c.redirect(redirectUrl, 303);
});

/** Taxes come on top of the price of goods. */
function paymentOf({ payment, goods }: SandboxCheckout, { decision, taxMinor, ...typed }: Decided) {
  const { id: purchaseId, amountMinor, currency } = payment;
  if (!goods || decision !== 'pay') return { purchaseId, amountMinor, currency };
  const { shippingMinor, address } = goods;
  return {
    ...{ purchaseId, amountMinor: amountMinor + taxMinor, currency },
    goods: { taxMinor, shippingMinor, address: address && { ...address, ...filled(typed) } },
  };
}

function filled(typed: Omit<Decided, 'decision' | 'taxMinor'>): Partial<PostalAddress> {
  return Object.fromEntries(ADDRESS_FIELDS.flatMap((field) => (typed[field] ? [[field, typed[field]]] : [])));
}

/** Reads the page's form or JSON. Throws BODY_TOO_LARGE, MALFORMED_JSON, VALIDATION_FAILED. */
async function readDecision(request: Request): Promise<Decided> {
  const text = await readRawText(request, BODY_BYTES_MAX);
  const isJson = request.headers.get('content-type')?.includes('json') ?? false;
  const result = DecisionForm.safeParse(isJson ? parseJson(text) : Object.fromEntries(new URLSearchParams(text)));
  if (result.success) return result.data;
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
function whyNot(checkout: SandboxCheckout, decision: Decision, now: number): string | undefined {
  if (decision === 'pay' || decision === 'pay-later' || decision === 'decline') return whyOver(checkout, now);
  return checkout.payment.paidAt === null ? 'This has not been paid, so it cannot be disputed.' : undefined;
}

/** Undefined while it can still be paid; a declined payment may be tried again, and a slow one arrives or fails. */
function whyOver({ payment, goods }: SandboxCheckout, now: number): string | undefined {
  const { status, processingAt, expiresAt } = payment;
  if (status === 'processing') return undefined;
  if (status === 'failed' && processingAt !== null) return 'This payment did not arrive.';
  if (goods?.isCancelled) return 'This order was cancelled.';
  if (status === 'expired') return 'This checkout has expired.';
  if (status !== 'pending' && status !== 'failed') return 'This purchase has already been paid.';
  return now >= expiresAt ? 'This checkout has expired.' : undefined;
}

function wantsJson(c: HonoContext<AppEnv>): boolean {
  return c.req.header('accept')?.includes('application/json') ?? false;
}
